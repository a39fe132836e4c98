#include "gather/jit_dump.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/support/jit_dump_builder.h"
#include "tests/support/temporary_folder.h"

using namespace pyprof;
using gather::JitDump;
using test_support::JitDumpBuilder;

namespace {

constexpr std::int32_t pid = 7;

JitDump read(const JitDumpBuilder& dump) {
    JitDump result;
    CHECK(result.add(dump.bytes(), pid).empty());
    return result;
}

std::string name_at(const JitDump& dump, std::uint64_t address) {
    const auto found = dump.find(address);
    return found ? found->place.function.name : "";
}

}  // namespace

TEST_CASE("code is named from when it was loaded, and where it was moved to") {
    const JitDump dump = read(JitDumpBuilder{pid}
                                  .load(0x1000, 0x20, 1, "first")
                                  .record(4, "unwinding information")
                                  .load(0x2000, 0x20, 2, "second")
                                  .record(99, "of a later version")
                                  .move(0x2000, 0x3000, 0x10, 2)
                                  .move(0x2000, 0x4000, 0x10, 3)
                                  .record(3, "")
                                  .load(0x5000, 0x20, 4, "after the end"));
    CHECK(name_at(dump, 0x0fff).empty());
    CHECK(name_at(dump, 0x1000) == "first");
    CHECK(name_at(dump, 0x201f) == "second");
    CHECK(name_at(dump, 0x2020).empty());
    CHECK(name_at(dump, 0x300f) == "second");
    CHECK(name_at(dump, 0x4000).empty());
    CHECK(name_at(dump, 0x5000).empty());
}

TEST_CASE("code in the place of older code has the address, and says so") {
    const JitDump dump = read(JitDumpBuilder{pid}.load(0x1000, 0x40, 1, "old").load(0x1010, 0x10, 2, "new"));
    CHECK(name_at(dump, 0x1010) == "new");
    CHECK(dump.find(0x1010)->replaced);
    CHECK(name_at(dump, 0x1020) == "old");
    CHECK_FALSE(dump.find(0x1020)->replaced);
}

TEST_CASE("lines belong to the function that follows them") {
    const JitDump dump = read(JitDumpBuilder{pid}
                                  .lines(0x1000, {{0x1008, 3, "\xff"},  // no file before it
                                                  {0x1010, 12, "/a.py"},
                                                  {0x1000, 10, "\xff"},
                                                  {0x1018, 99, "/inlined.py"}})
                                  .load(0x1000, 0x20, 1, "f")
                                  .lines(0x9000, {{0x9000, 1, "/of nothing.py"}})
                                  .load(0x2000, 0x20, 2, "g"));
    const auto first = dump.find(0x100f)->place;
    CHECK(first.function.file == "/a.py");
    CHECK(first.function.first_line == 10);
    CHECK(first.line == 10);
    CHECK(dump.find(0x1010)->place.line == 12);
    const auto inlined = dump.find(0x101f)->place;
    CHECK(inlined.function.file == "/inlined.py");
    CHECK(inlined.function.first_line == 0);
    CHECK(inlined.line == 99);
    CHECK(dump.find(0x2000)->place.function.file.empty());
}

TEST_CASE("V8 counts the addresses of lines from an ELF header") {
    const JitDump dump = read(JitDumpBuilder{pid, 0xdeadbeef}
                                  .lines(0x1000, {{0x1040, 5, "a.js"}, {0x1050, 6, "\xff"}})
                                  .load(0x1000, 32, 1, "f"));
    CHECK(dump.find(0x1000)->place.line == 5);
    CHECK(dump.find(0x1010)->place.line == 6);
}

TEST_CASE("a damaged dump ends where the damage is, and says so") {
    const std::string whole = JitDumpBuilder{pid}.load(0x1000, 8, 1, "f").load(0x2000, 8, 2, "g").bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        JitDump dump;
        const bool at_border = size == 40 || size == 40 + (whole.size() - 40) / 2;
        CHECK(dump.add(whole.substr(0, size), pid).empty() == at_border);
        CHECK(name_at(dump, 0x2000).empty());
    }
    std::string no_size = whole;
    no_size[44] = 8;
    CHECK(JitDump{}.add(no_size, pid) == "has a record of an impossible size");
    CHECK(JitDump{}.add(whole, pid + 1) == "is no jitdump of the process");
    CHECK(JitDump{}.add("JiTD as text", pid) == "is no jitdump of the process");
}

TEST_CASE("dumps are looked for where compilers put them, each once") {
    const test_support::TemporaryFolder folder;
    const std::string session = folder / ".debug/jit/llvm-IR-jit-1";
    std::filesystem::create_directories(session);
    wire::RecordingHeader header{};
    header.pid = getpid();
    gethostname(header.host, sizeof header.host - 1);
    const std::string name = "/jit-" + std::to_string(header.pid) + ".dump";
    std::ofstream{session + name} << JitDumpBuilder{header.pid}.load(0x1000, 8, 1, "f").bytes();
    setenv("JITDUMPDIR", (folder / "").c_str(), 1);
    (folder / ".").copy(header.working_directory, sizeof header.working_directory - 1);
    std::ofstream{folder / name} << JitDumpBuilder{header.pid}.load(0x2000, 8, 1, "g").bytes() << "rest";
    const JitDump dump = JitDump::of(header);
    unsetenv("JITDUMPDIR");
    CHECK(name_at(dump, 0x1000) == "f");
    CHECK_FALSE(dump.find(0x1000)->replaced);
    CHECK(name_at(dump, 0x2000) == "g");
    REQUIRE(dump.problems().size() == 1);
    CHECK(dump.problems()[0].ends_with(name + " ends within a record"));
}
