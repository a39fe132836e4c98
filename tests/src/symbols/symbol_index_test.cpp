#include "symbols/symbol_index.h"

#include <map>
#include <sstream>

#include "tests/support/catch.h"
#include "tests/support/command_output.h"

namespace pyprof::symbols {
namespace {

const std::string plain = PYPROF_BINARIES "/libplain.so";

// Name to (value, size) as `nm` prints symbols of code.
std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> symbols_of_nm(const std::string& arguments) {
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> symbols;
    std::istringstream lines{test_support::output_of("nm --format=sysv " + arguments + " | tr -d ' '")};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream columns{line};
        std::vector<std::string> cells;
        for (std::string cell; std::getline(columns, cell, '|');) cells.push_back(cell);
        if (cells.size() < 5 || (cells[3] != "FUNC" && cells[3] != "IFUNC") || cells[2] == "U" || cells[4].empty())
            continue;
        symbols[cells[0].substr(0, cells[0].find('@'))] = {std::stoull(cells[1], nullptr, 16),
                                                           std::stoull(cells[4], nullptr, 16)};
    }
    return symbols;
}

struct Index {
    explicit Index(const std::string& path, std::uint32_t type) : file{ElfFile::open(path)} {
        if (file) symbols = read_symbols(*file, type, texts);
    }
    std::string name_at(std::uint64_t address) const {
        const Segment* found = find_range<Segment>(symbols, address);
        return found == nullptr ? std::string{} : std::string{texts[found->value]};
    }
    Result<ElfFile> file;
    TextTable texts;
    std::vector<Segment> symbols;
};

TEST_CASE("a symbol covers its bytes and not one more") {
    const Index index{plain, SHT_SYMTAB};
    const auto expected = symbols_of_nm(plain);
    for (const char* name : {"inner_step", "inner_copy", "plain_step", "chosen_fast", "chosen_slow"}) {
        CAPTURE(name);
        REQUIRE(expected.count(name) == 1);
        const auto [value, size] = expected.at(name);
        for (std::uint64_t i = 0; i < size; i++) CHECK(index.name_at(value + i) == name);
        CHECK(index.name_at(value + size) != name);
    }
}

TEST_CASE("a stripped library names only what it exports, never the nearest symbol") {
    const auto everything = symbols_of_nm(plain);
    const Index index{PYPROF_BINARIES "/libplain_stripped.so", SHT_DYNSYM};
    CHECK(index.name_at(everything.at("plain_step").first) == "plain_step");
    CHECK(index.name_at(everything.at("inner_step").first).empty());
    CHECK(index.name_at(everything.at("inner_copy").first).empty());
}

TEST_CASE("an indirect function's name stands for the code that chooses") {
    const auto everything = symbols_of_nm(plain);
    const Index index{PYPROF_BINARIES "/libplain_stripped.so", SHT_DYNSYM};
    CHECK(index.name_at(everything.at("choose").first) == "plain_chosen");
}

TEST_CASE("assembly without a size reaches to the next symbol") {
    const Index index{plain, SHT_SYMTAB};
    const std::uint64_t end = symbols_of_nm(plain).at("plain_kernel_end").first;
    CHECK(index.name_at(end) == "plain_kernel_end");
    CHECK(index.name_at(end - 1) == "plain_kernel");
    CHECK(index.name_at(end - 12) == "plain_kernel");
}

TEST_CASE("of several names of one place the expected one is kept") {
    CHECK(better_name({"malloc", STB_GLOBAL}, {"__libc_malloc", STB_GLOBAL}));
    CHECK(better_name({"sched_yield", STB_WEAK}, {"__sched_yield", STB_GLOBAL}));
    CHECK(better_name({"memcpy", STB_GLOBAL}, {"memcopy", STB_WEAK}));
    CHECK(better_name({"chosen", STB_LOCAL}, {"choose", STB_GLOBAL, true}));
    CHECK(better_name({"a_weak", STB_WEAK}, {"a", STB_LOCAL}));
    CHECK(better_name({"step", STB_GLOBAL}, {"stepping", STB_GLOBAL}));
    CHECK_FALSE(better_name({"step", STB_GLOBAL}, {"step", STB_GLOBAL}));
    const Index index{plain, SHT_SYMTAB};
    CHECK(index.name_at(symbols_of_nm(plain).at("__plain_step").first) == "plain_step");
}

}  // namespace
}  // namespace pyprof::symbols
