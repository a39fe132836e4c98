#include "cli/output.h"

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "gather/files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace pyprof::cli;
using pyprof::test_support::TemporaryFolder;

namespace {

pyprof::gather::Tree smallest_tree() {
    pyprof::gather::Tree tree;
    tree.contexts.emplace_back();
    return tree;
}

}  // namespace

TEST_CASE("Keys in the output's name are replaced") {
    const OutputKeys keys{3, 8, "node1", 4711, "slurm-7"};
    Environment environment;
    environment.set("USER", "eva");
    const auto expand = [&](const char* pattern) {
        const auto result = expand_output(pattern, keys, environment);
        return result ? *result : "error: " + result.error().message();
    };
    CHECK(expand("plain.pyprof") == "plain.pyprof");
    CHECK(expand("%r-%n-%h-%p-%j") == "3-8-node1-4711-slurm-7");
    CHECK(expand("%q{USER}/%q{ABSENT}x") == "eva/x");
    CHECK(expand("100%%r") == "100%r");
    CHECK(expand("%y").rfind("error: unknown key %y", 0) == 0);
    CHECK(expand("x%").rfind("error: ", 0) == 0);
    CHECK(expand("%q{USER").rfind("error: ", 0) == 0);
    CHECK(expand("%q").rfind("error: ", 0) == 0);
}

TEST_CASE("Rank, process and host in the name keep files apart, the others do not") {
    for (const char* pattern : {"a%r", "%p", "x%h.pyprof"}) CHECK(separates_processes(pattern));
    for (const char* pattern : {"", "a", "%n", "%j", "%q{r}", "%%r", "%"}) CHECK_FALSE(separates_processes(pattern));
}

TEST_CASE("The default name says script, ranks and start") {
    setenv("TZ", "UTC", 1);
    tzset();
    const std::uint64_t started = 1'700'000'000ULL * 1'000'000'000;  // 2023-11-14 22:13:20 UTC
    CHECK(default_output("app", 0, started) == "pyprof-app-20231114-221320.pyprof");
    CHECK(default_output("app", 16, started) == "pyprof-app-16r-20231114-221320.pyprof");
}

TEST_CASE("Numbers go before the suffix") {
    CHECK(numbered_output("d.x/a.pyprof", 1) == "d.x/a.pyprof");
    CHECK(numbered_output("d.x/a.pyprof", 2) == "d.x/a-2.pyprof");
    CHECK(numbered_output("d.x/a", 3) == "d.x/a-3");
}

TEST_CASE("An output never replaces a file and makes the folders it needs") {
    const TemporaryFolder folder;
    const auto path = folder / "new/run.pyprof";
    REQUIRE(*write_output(path, smallest_tree()) == path);
    REQUIRE(*write_output(path, smallest_tree()) == folder / "new/run-2.pyprof");
    std::ofstream{folder / "new/run-3.pyprof"} << "mine";
    REQUIRE(*write_output(path, smallest_tree()) == folder / "new/run-4.pyprof");
    CHECK(std::filesystem::file_size(folder / "new/run-3.pyprof") == 4);
    CHECK(pyprof::gather::gather_file(path));
}

TEST_CASE("A folder that cannot be written is named") {
    const TemporaryFolder folder;
    std::ofstream{folder / "file"} << "x";
    const auto written = write_output(folder / "file/run.pyprof", smallest_tree());
    REQUIRE_FALSE(written);
    CHECK(written.error().message().rfind("cannot write into " + (folder / "file"), 0) == 0);
}
