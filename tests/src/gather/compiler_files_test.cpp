#include "gather/compiler_files.h"

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/support/jit_dump_builder.h"
#include "tests/support/temporary_folder.h"

using namespace pyprof;
using gather::CompilerFiles;

TEST_CASE("a jitdump answers before a perf map, and what is doubtful is said") {
    const test_support::TemporaryFolder folder;
    wire::RecordingHeader header{};
    header.pid = getpid();
    gethostname(header.host, sizeof header.host - 1);
    (folder / "").copy(header.working_directory, sizeof header.working_directory - 1);
    const std::string pid = std::to_string(header.pid), map = "/tmp/perf-" + pid + ".map";
    test_support::JitDumpBuilder dump{header.pid};
    dump.load(0x1000, 16, 1, "first").load(0x1000, 8, 2, "second");
    std::ofstream{folder / ("jit-" + pid + ".dump")} << dump.bytes();
    std::ofstream{map} << "1000 30 of the map\n";
    CompilerFiles files{header};
    CHECK(files.find(0x100f)->function.name == "first");
    CHECK(files.notes().empty());
    CHECK(files.find(0x1000)->function.name == "second");
    CHECK(files.find(0x1010)->function.name == "of the map");
    CHECK_FALSE(files.find(0x2000));
    REQUIRE(files.notes().size() == 1);
    CHECK(files.notes()[0].find("replaced at 1 of") != std::string::npos);
    std::filesystem::remove(map);
}

TEST_CASE("without a recording nothing is known") {
    CompilerFiles files;
    CHECK_FALSE(files.find(0x1000));
    CHECK(files.notes().empty());
}
