#include "symbols/module_symbols.h"

#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "symbols/function_ranges.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::symbols {
namespace {

const std::string binaries = PYPROF_BINARIES;

std::vector<Function> calls_at(ModuleSymbols& module, std::uint64_t offset) {
    std::vector<Frame> frames;
    module.lookup(ModuleOffset{offset}, frames);
    std::vector<Function> calls;
    for (const Frame& frame : frames) calls.push_back(module.functions()[frame.function]);
    return calls;
}

// The first byte of a function, by its symbol.
std::uint64_t offset_of(const std::string& path, std::string_view name) {
    const Result<ElfFile> file = ElfFile::open(path);
    TextTable texts;
    for (const Segment& symbol : read_symbols(*file, SHT_SYMTAB, texts)) {
        if (texts[symbol.value] == name) return symbol.begin;
    }
    return 0;
}

TEST_CASE("code that no symbol covers is named by its function's range") {
    const std::uint64_t inner = offset_of(binaries + "/libplain.so", "inner_step");
    REQUIRE(inner != 0);
    const auto module = ModuleSymbols::open(binaries + "/libplain_stripped.so", "", {});
    char expected[64];
    std::snprintf(expected, sizeof expected, "libplain_stripped.so!0x%llx", static_cast<unsigned long long>(inner));
    for (const std::uint64_t into : {0, 1, 9}) {
        const std::vector<Function> calls = calls_at(*module, inner + into);
        REQUIRE(calls.size() == 1);
        CHECK(calls[0].name == expected);
        CHECK(calls[0].named_by == NamedBy::range);
    }
    CHECK(std::string{module->names_from()} == ".dynsym");
    CHECK(module->problem().empty());
}

TEST_CASE("code that nothing covers gets one name for the whole stretch") {
    const std::uint64_t kernel = offset_of(binaries + "/libplain.so", "plain_kernel_end") - 12;
    const auto module = ModuleSymbols::open(binaries + "/libplain_stripped.so", "", {});
    // plain_kernel is exported without a size and has no FDE.
    const Function first = calls_at(*module, kernel).at(0);
    CHECK(first.named_by == NamedBy::nothing);
    CHECK(first.name == calls_at(*module, kernel + 3).at(0).name);
}

TEST_CASE("a separate debug file gives a stripped library its names and lines") {
    const std::uint64_t start = offset_of(binaries + "/libshapes.so", "_ZN6shapes10total_normEPKdi");
    const auto module = ModuleSymbols::open(binaries + "/libshapes_linked.so", "", {});
    const std::vector<Function> calls = calls_at(*module, start);
    CHECK(calls.back().name == "shapes::total_norm");
    CHECK(calls.back().file.ends_with("tests/binaries/shapes.cpp"));
    CHECK(calls.back().first_line > 0);
    CHECK(std::string{module->names_from()} == "debug file");
}

TEST_CASE("a file that changed since the run is not used and the user is told") {
    const Result<ElfFile> original = ElfFile::open(binaries + "/libshapes.so");
    REQUIRE(original);
    const auto module = ModuleSymbols::open(binaries + "/libshapes_changed.so", original->build_id(),
                                            {.debug_roots = {}, .cache_folder = {}});
    CHECK(module->problem().find("changed since the run") != std::string::npos);
    const Function function = calls_at(*module, 0x1234).at(0);
    CHECK(function.named_by == NamedBy::nothing);
    CHECK(function.name == "libshapes_changed.so!0x1000");
    CHECK(std::string{module->names_from()} == "none");
}

TEST_CASE("a file that is gone is named by page and the user is told") {
    const auto module = ModuleSymbols::open("/does/not/exist/libgone.so (deleted)", "00112233",
                                            {.debug_roots = {}, .cache_folder = {}});
    CHECK(module->problem().find("libgone.so") != std::string::npos);
    CHECK(calls_at(*module, 0x5432).at(0).name == "libgone.so!0x5000");
}

TEST_CASE("a file that was cut short keeps what is left of its names, and the user is told") {
    const test_support::TemporaryFolder folder;
    const std::string path = folder / "libcut.so";
    std::filesystem::copy_file(binaries + "/libshapes.so", path);
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    const auto module = ModuleSymbols::open(path, "", {.debug_roots = {}, .cache_folder = {}});
    CHECK(module->problem() == "names of libcut.so are cut or missing: the file is cut short");
    CHECK_FALSE(calls_at(*module, 0x1234).empty());
}

TEST_CASE("a debug file of another build is not used, and the user is told") {
    const test_support::TemporaryFolder folder;
    std::filesystem::copy_file(binaries + "/libshapes_linked.so", folder / "libshapes_linked.so");
    std::filesystem::copy_file(binaries + "/libshapes_changed.so", folder / "libshapes_linked.debug");
    const auto module =
        ModuleSymbols::open(folder / "libshapes_linked.so", "", {.debug_roots = {}, .cache_folder = {}});
    CHECK(module->problem() == "names of libshapes_linked.so are cut or missing: " +
                                   std::string{folder / "libshapes_linked.debug"} + " belongs to another build");
    CHECK(std::string{module->names_from()} == ".dynsym");
}

TEST_CASE("debugging information that refers to itself ends, and the user is told") {
    const auto module = ModuleSymbols::open(binaries + "/libcyclic.so", "", {.debug_roots = {}, .cache_folder = {}});
    CHECK(module->problem().empty());  // nobody has asked yet
    const std::uint64_t first = offset_of(binaries + "/libcyclic.so", "cyclic_first");
    REQUIRE(first != 0);
    CHECK(calls_at(*module, first).back().name == "cyclic_first");
    CHECK(module->problem() == "names of libcyclic.so are cut or missing: its debugging information is damaged");
}

TEST_CASE("a name of a megabyte is cut, and the user is told") {
    const std::string path = binaries + "/liblong_name.so";
    const Result<ElfFile> file = ElfFile::open(path);
    REQUIRE(file);
    TextTable texts;
    const std::vector<Segment> symbols = read_symbols(*file, SHT_SYMTAB, texts);
    const auto longest =
        std::ranges::max_element(symbols, {}, [&](const Segment& symbol) { return texts[symbol.value].size(); });
    REQUIRE(longest != symbols.end());
    REQUIRE(texts[longest->value].size() > 1'000'000);
    const auto module = ModuleSymbols::open(path, "", {.debug_roots = {}, .cache_folder = {}});
    const Function function = calls_at(*module, longest->begin).back();
    CHECK(function.name == std::string(4096, 'n'));
    CHECK(function.linkage_name.size() == 4096);
    CHECK(module->problem() == "names of liblong_name.so are cut or missing: some are longer than 4096 bytes");
}

TEST_CASE("an extension's nameless code goes without the interpreter's tag") {
    const char* name = GENERATE("_flapack.cpython-311-x86_64-linux-gnu.so", "_flapack.abi3.so");
    const auto module = ModuleSymbols::open(std::string{"/does/not/exist/"} + name, "", {});
    CHECK(calls_at(*module, 0x5432).at(0).name == "_flapack!0x5000");
}

TEST_CASE("the vDSO is named without a file") {
    const Result<ElfFile> vdso = ElfFile::vdso();
    REQUIRE(vdso);
    const auto module = ModuleSymbols::open("[vdso]", vdso->build_id(), {});
    CHECK(module->problem().empty());
    CHECK(std::string{module->names_from()} == ".dynsym");
}

TEST_CASE("the cache gives the same answers as the files") {
    const test_support::TemporaryFolder folder;
    const Options cached{.debug_roots = {}, .cache_folder = folder.path()};
    const std::string path = binaries + "/libshapes.so";
    const auto fresh = ModuleSymbols::open(path, "", {.debug_roots = {}, .cache_folder = {}});
    const Result<ElfFile> file = ElfFile::open(path);
    REQUIRE(file);
    const std::vector<Segment> ranges = read_function_ranges(*file);
    // The first round fills the cache with one function's unit, the second reads and completes it, the third only
    // reads.
    for (int round = 0; round < 3; round++) {
        CAPTURE(round);
        const auto module = ModuleSymbols::open(path, "", cached);
        for (const Segment& range : ranges) {
            if (round == 0 && &range != &ranges.back()) continue;
            for (std::uint64_t address = range.begin; address < range.end; address++) {
                const std::vector<Function> expected = calls_at(*fresh, address);
                const std::vector<Function> found = calls_at(*module, address);
                REQUIRE(found.size() == expected.size());
                for (std::size_t i = 0; i < found.size(); i++) {
                    CHECK(found[i].name == expected[i].name);
                    CHECK(found[i].file == expected[i].file);
                    CHECK(found[i].first_line == expected[i].first_line);
                }
            }
        }
        CHECK(module->save());
    }
}

TEST_CASE("a library that is gone is still named by the cache") {
    const test_support::TemporaryFolder folder;
    const Options options{.debug_roots = {}, .cache_folder = folder / "cache"};
    const std::string path = folder / "libshapes.so";
    std::filesystem::copy_file(binaries + "/libshapes.so", path);
    const std::uint64_t start = offset_of(path, "_ZN6shapes10total_normEPKdi");
    const std::string build_id = ElfFile::open(path)->build_id();
    const auto before = ModuleSymbols::open(path, build_id, options);
    calls_at(*before, start);
    REQUIRE(before->save());
    std::filesystem::remove(path);
    const auto after = ModuleSymbols::open(path, build_id, options);
    CHECK(calls_at(*after, start).back().name == "shapes::total_norm");
    CHECK(after->problem().empty());
}

TEST_CASE("a function is the same one inlined, on its own and in its cold part") {
    const auto module = ModuleSymbols::open(binaries + "/libshapes.so", "", {});
    const Result<ElfFile> file = ElfFile::open(binaries + "/libshapes.so");
    REQUIRE(file);
    std::vector<Frame> frames;
    for (const Segment& range : read_function_ranges(*file)) {
        for (std::uint64_t address = range.begin; address < range.end; address++)
            module->lookup(ModuleOffset{address}, frames);
    }
    std::set<std::tuple<std::string, std::string, std::string, std::uint32_t>> functions;
    std::map<std::string, int> times;
    for (const Function& f : module->functions()) {
        if (functions.emplace(f.name, f.linkage_name, f.file, f.first_line).second) times[f.name]++;
    }
    for (const char* name : {"shapes::squared", "shapes::norm", "shapes::total_norm", "shapes::Grid<double>::relax",
                             "shapes::{anonymous}::hidden", "shapes::{anonymous}::Weights::apply",
                             "shapes::static_inlined", "shapes::total_norm::{lambda}::operator()"}) {
        CAPTURE(name);
        CHECK(times[name] == 1);
    }
}

}  // namespace
}  // namespace pyprof::symbols
