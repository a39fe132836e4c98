#include "symbols/elf_file.h"

#include <filesystem>
#include <fstream>
#include <random>

#include "symbols/function_ranges.h"
#include "symbols/module_symbols.h"
#include "symbols/plt_stubs.h"
#include "symbols/symbol_index.h"
#include "tests/support/catch.h"
#include "tests/support/command_output.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::symbols {
namespace {

const std::string shapes = PYPROF_BINARIES "/libshapes.so";

std::string bytes_of(const std::string& path) {
    std::ifstream stream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

TEST_CASE("a shared object shows its build id as readelf does, and its code") {
    const Result<ElfFile> file = ElfFile::open(shapes);
    REQUIRE(file);
    const std::string notes = test_support::output_of("readelf -n " + shapes);
    REQUIRE(file->build_id().size() == 40);
    CHECK(notes.find(file->build_id()) != std::string::npos);
    CHECK(file->size() == std::filesystem::file_size(shapes));
    const std::optional<Section> text = file->section(".text");
    REQUIRE(text);
    CHECK(file->is_code(text->header.sh_addr));
    CHECK_FALSE(file->is_code(0));
    CHECK(file->dwarf() != nullptr);
}

TEST_CASE("what is no ELF file of ours is refused with its name") {
    const test_support::TemporaryFolder folder;
    const std::string text = folder / "text";
    std::ofstream{text} << "not a program";
    for (const std::string& path : {text, folder.path(), std::string{"/does/not/exist"}}) {
        const Result<ElfFile> file = ElfFile::open(path);
        REQUIRE_FALSE(file);
        CHECK(file.error().message().find(path) != std::string::npos);
    }
}

TEST_CASE("the vDSO is read from this process and names its functions") {
    const Result<ElfFile> vdso = ElfFile::vdso();
    REQUIRE(vdso);
    TextTable texts;
    const std::vector<Segment> symbols = read_symbols(*vdso, SHT_DYNSYM, texts);
    bool has_clock = false;
    for (const Segment& symbol : symbols)
        has_clock = has_clock || texts[symbol.value].find("clock_gettime") != std::string::npos;
    CHECK(has_clock);
}

TEST_CASE("damaged files cost names and nothing else") {
    const test_support::TemporaryFolder folder;
    const std::string path = folder / "damaged.so";
    const std::string whole = bytes_of(GENERATE(PYPROF_BINARIES "/libshapes.so", PYPROF_BINARIES "/libplain.so"));
    REQUIRE_FALSE(whole.empty());
    std::mt19937 random{7};
    for (int round = 0; round < 60; round++) {
        std::string damaged = whole;
        if (round % 3 == 0) damaged.resize(random() % damaged.size());
        for (int i = 0; i < 1 + round; i++) {
            if (!damaged.empty()) damaged[random() % damaged.size()] = static_cast<char>(random());
        }
        std::ofstream{path, std::ios::binary} << damaged;
        const std::unique_ptr<ModuleSymbols> module = ModuleSymbols::open(path, "", {});
        std::vector<Frame> frames;
        for (std::uint64_t offset = 0x1000; offset < 0x2000; offset += 5) {
            frames.clear();
            module->lookup(ModuleOffset{offset}, frames);
            REQUIRE_FALSE(frames.empty());
        }
    }
}

}  // namespace
}  // namespace pyprof::symbols
