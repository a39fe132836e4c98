#include "cli/recordings.h"

#include <fstream>
#include <set>
#include <unistd.h>

#include "gather/files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace pyprof::cli;
using pyprof::test_support::TemporaryFolder;
using Paths = std::vector<std::string>;

namespace {

void make(const std::string& path, const std::string& text = "x") { std::ofstream{path} << text; }

// No process has this pid: larger than any kernel gives.
constexpr const char* nobody = "4200000";

// What a process that began at 1000 gives, as a file under this name.
std::string make_tree(const TemporaryFolder& folder, const std::string& name, std::uint64_t weight_ns) {
    pyprof::gather::Tree tree;
    tree.contexts.emplace_back();
    tree.processes.emplace_back().started_realtime_ns = 1000;
    tree.threads.emplace_back();
    tree.values = {{0, 0, 1, weight_ns}};
    REQUIRE(pyprof::gather::write_gathered(folder / name, tree));
    return folder / name;
}

}  // namespace

TEST_CASE("A short recording that goes on after another is told by the time in its name") {
    const TemporaryFolder folder;
    constexpr std::uint64_t ms = 1'000'000;
    CHECK(is_small_remainder(make_tree(folder, "here-5-2000.rec.done", 20 * ms)));
    CHECK(is_small_remainder(make_tree(folder, "here-6-2000.rec", 100 * ms)));
    CHECK(!is_small_remainder(make_tree(folder, "here-7-2000.rec.done", 101 * ms)));
    CHECK(!is_small_remainder(make_tree(folder, "here-8-1000.rec.done", 20 * ms)));
    CHECK(!is_small_remainder(make_tree(folder, "here.rec.done", 20 * ms)));
    CHECK(!is_small_remainder(folder / "absent-1-2.rec"));
}

TEST_CASE("A recording is complete when its process has ended, or when it says so itself") {
    const TemporaryFolder folder;
    const auto own_pid = std::to_string(getpid());
    const auto ended = folder / ("here-" + std::string{nobody} + "-1.rec");
    const auto running = folder / ("here-" + own_pid + "-1.rec");
    const auto finished = folder / ("here-" + own_pid + "-2.rec.done");
    const auto elsewhere = folder / ("there-" + own_pid + "-1.rec");
    const auto odd = folder / "here-odd.rec";
    for (const auto& path : {ended, running, finished, elsewhere, odd}) make(path);
    make(folder / "started");
    const auto found = find_recordings({folder.path(), folder / "absent"}, "here");
    CHECK(found.live == Paths{running});
    CHECK(std::set<std::string>(found.complete.begin(), found.complete.end()) ==
          std::set<std::string>{ended, finished, odd, elsewhere});
    CHECK(found.redundant.empty());
}

TEST_CASE("A recording whose process was killed before it had a header holds nothing") {
    const TemporaryFolder folder;
    const auto zeros = folder / ("here-" + std::string{nobody} + "-1.rec");
    const auto empty = folder / ("here-" + std::string{nobody} + "-2.rec");
    const auto running = folder / ("here-" + std::to_string(getpid()) + "-3.rec");
    make(zeros, std::string(4096, '\0'));
    make(empty, "");
    make(running, "");
    const auto found = find_recordings({folder.path()}, "here");
    CHECK(found.complete.empty());
    CHECK(found.live == Paths{running});
    CHECK(std::set<std::string>(found.redundant.begin(), found.redundant.end()) == std::set<std::string>{zeros, empty});
}

TEST_CASE("What a gathered file lists is not counted twice") {
    const TemporaryFolder folder;
    make(folder / "gathered-0.gath");
    make(folder / "gathered-0.names", "here-1-1.rec.done\nhere-2-1.rec.done\n");
    make(folder / "here-2-1.rec.done");
    make(folder / "here-3-1.rec.done");
    const auto found = find_recordings({folder.path()}, "here");
    CHECK(found.complete == Paths{folder / "gathered-0.gath", folder / "here-3-1.rec.done"});
    CHECK(found.redundant == Paths{folder / "gathered-0.names", folder / "here-2-1.rec.done"});
}

TEST_CASE("A list without its gathered file counts for nothing") {
    const TemporaryFolder folder;
    make(folder / "gathered-0.names", "here-2-1.rec.done\n");
    make(folder / "here-2-1.rec.done");
    CHECK(find_recordings({folder.path()}, "here").complete == Paths{folder / "here-2-1.rec.done"});
}
