#include "symbols/dwarf_reader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "symbols/demangle.h"
#include "symbols/module_symbols.h"
#include "tests/support/catch.h"
#include "tests/support/command_output.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::symbols {
namespace {

struct Line {
    std::string function;  // linkage name
    std::string file;
    std::uint32_t line = 0;
};
using Answers = std::map<std::uint64_t, std::vector<Line>>;

// "file.c:12 (discriminator 3)", "file.c:?", "??:0"
Line parse_place(const std::string& function, const std::string& place) {
    const std::size_t colon = place.rfind(':');
    const std::string number = place.substr(colon + 1, place.find(' ', colon) - colon - 1);
    const bool has_number = !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
    return {function, std::filesystem::path{place.substr(0, colon)}.lexically_normal().string(),
            has_number ? static_cast<std::uint32_t>(std::stoul(number)) : 0};
}

Answers ask_addr2line(const std::string& path, const std::vector<std::uint64_t>& addresses) {
    const test_support::TemporaryFolder folder;
    const std::string list = folder / "addresses";
    {
        std::ofstream stream{list};
        for (const std::uint64_t address : addresses) stream << std::hex << "0x" << address << "\n";
    }
    Answers answers;
    std::istringstream lines{test_support::output_of("addr2line -a -i -f -e " + path + " < " + list)};
    std::uint64_t address = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("0x")) {
            address = std::stoull(line, nullptr, 16);
            continue;
        }
        std::string place;
        std::getline(lines, place);
        answers[address].push_back(parse_place(line, place));
    }
    return answers;
}

// Where instructions of functions start, by objdump; padding between functions is left out.
std::vector<std::uint64_t> instructions_of(const std::string& path) {
    std::vector<std::uint64_t> addresses;
    std::istringstream lines{test_support::output_of("objdump -d -j .text --no-show-raw-insn " + path)};
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(":\t");
        if (line.empty() || line[0] != ' ' || colon == std::string::npos) continue;
        const bool is_padding =
            line.find("nop") != std::string::npos || line.find("xchg   %ax,%ax") != std::string::npos;
        if (!is_padding) addresses.push_back(std::stoull(line.substr(0, colon), nullptr, 16));
    }
    return addresses;
}

// GCC 14's DWARF leaves out the constraints (Q...) that its symbols end with, and names one of a constructor's
// variants.
bool is_without_constraints(std::string found, std::string symbol) {
    for (std::string* name : {&found, &symbol}) {
        for (std::size_t at = 0; (at = name->find("C2E", at)) != std::string::npos; ++at) (*name)[at + 1] = '1';
    }
    return !found.empty() && symbol.starts_with(found + "Q");
}

// True if both mean the same function: DWARF names static functions without namespace, symbols may be aliases.
bool is_same_function(const Function& found, const std::string& expected) {
    const std::string shown = simplify(display_name(expected));
    return found.linkage_name == expected || found.name == shown || found.name.ends_with("::" + shown) ||
           is_without_constraints(found.linkage_name, expected);
}

struct Comparison {
    bool called_damaged = false;
    std::size_t compared = 0, inlined = 0, wrong_depth = 0, wrong_line = 0, wrong_name = 0;
};

Comparison compare(const std::string& path, const std::vector<std::uint64_t>& addresses, const std::string& names_of) {
    const std::unique_ptr<ModuleSymbols> module = ModuleSymbols::open(path, "", {});
    Comparison result;
    for (const auto& [address, expected] : ask_addr2line(names_of, addresses)) {
        if (expected.front().function == "??" || expected.front().line == 0) continue;  // start files without DWARF
        std::vector<Frame> frames;
        module->lookup(ModuleOffset{address}, frames);
        if (module->functions()[frames.back().function].named_by != NamedBy::symbol) continue;
        result.compared++;
        result.inlined += frames.size() > 1 ? 1 : 0;
        if (frames.size() != expected.size()) {
            UNSCOPED_INFO(path << " " << std::hex << address << ": depth");
            result.wrong_depth++;
            continue;
        }
        bool good_line = true;
        bool good_name = true;
        for (std::size_t i = 0; i < frames.size(); i++) {
            const Function& function = module->functions()[frames[i].function];
            // After optimisation at link time binutils 2.40 names the unit instead of the file of some lines.
            const std::string file = std::filesystem::path{expected[i].file}.filename();
            good_line = good_line && frames[i].line == expected[i].line &&
                        (file == "<artificial>" || std::filesystem::path{function.file}.filename() == file);
            // binutils 2.40 gives an inlined function without linkage name the name of one around it.
            const bool has_linkage_name = function.linkage_name.starts_with("_Z");
            const bool is_outer_instead =
                !has_linkage_name &&
                std::any_of(frames.begin() + static_cast<std::ptrdiff_t>(i) + 1, frames.end(), [&](const Frame& outer) {
                    return is_same_function(module->functions()[outer.function], expected[i].function);
                });
            const bool same = is_same_function(function, expected[i].function) || is_outer_instead;
            if (!same)
                UNSCOPED_INFO(std::hex << address << ": " << function.linkage_name << " != " << expected[i].function);
            good_name = good_name && same;
        }
        if (!good_line) UNSCOPED_INFO(path << " " << std::hex << address << ": line");
        result.wrong_line += good_line ? 0 : 1;
        result.wrong_name += good_name ? 0 : 1;
    }
    result.called_damaged = !module->problem().empty();
    return result;
}

TEST_CASE("names, lines and inlined calls of every instruction are those of addr2line") {
    const std::string whole = PYPROF_BINARIES "/libshapes.so";
    std::vector<std::string> variants{whole, PYPROF_BINARIES "/libshapes_linked.so"};
    for (const char* packed : {PYPROF_BINARIES "/libshapes_dwz.so", PYPROF_BINARIES "/packed/libshapes.so"}) {
        if (std::filesystem::exists(packed)) variants.emplace_back(packed);
    }
    const std::vector<std::uint64_t> addresses = instructions_of(whole);
    REQUIRE(addresses.size() > 100);
    for (const std::string& path : variants) {
        CAPTURE(path);
        const Comparison result = compare(path, addresses, whole);
        CHECK_FALSE(result.called_damaged);
        CHECK(result.compared > addresses.size() / 2);
        CHECK(result.inlined > 20);
        CHECK(result.wrong_depth == 0);
        CHECK(result.wrong_line == 0);
        CHECK(result.wrong_name == 0);
    }
}

TEST_CASE("names, lines and inlined calls are those of addr2line after optimisation at link time") {
    const std::string path = PYPROF_BINARIES "/libshapes_lto.so";
    const Comparison result = compare(path, instructions_of(path), path);
    CHECK(result.wrong_depth + result.wrong_line + result.wrong_name == 0);
    CHECK_FALSE(result.called_damaged);
    CHECK(result.compared > 50);
    CHECK(result.inlined > 20);
}

TEST_CASE("names and lines of C are those of addr2line") {
    const std::string path = PYPROF_BINARIES "/libplain.so";
    const Comparison result = compare(path, instructions_of(path), path);
    CHECK(result.compared > 40);
    CHECK(result.wrong_depth + result.wrong_line + result.wrong_name == 0);
}

// binutils charges lines of an included file to the file that includes it (seen with 2.40 and DWARF 5), so a few
// lines may differ (2.1 % at -O1 -g1); names and the depth of inlining may not.
TEST_CASE("a large program gives the same names as addr2line at random places") {
    const std::string path = std::filesystem::canonical("/proc/self/exe");
    const Result<ElfFile> file = ElfFile::open(path);
    REQUIRE(file);
    if (file->dwarf() == nullptr) return;
    const std::vector<std::uint64_t> all = instructions_of(path);
    std::mt19937 random{11};
    std::set<std::uint64_t> some;
    while (some.size() < 1500) some.insert(all[random() % all.size()]);
    const Comparison result = compare(path, {some.begin(), some.end()}, path);
    CHECK_FALSE(result.called_damaged);
    CHECK(result.compared > 300);  // parts of it, such as Catch2, have no DWARF
    CHECK(result.wrong_depth == 0);
    CHECK(result.wrong_name == 0);
    CHECK(result.wrong_line * 20 < result.compared);
}

}  // namespace
}  // namespace pyprof::symbols
