#include "cli/open_profile.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "gather/files.h"
#include "profile/save.h"
#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/recording_builder.h"
#include "tests/support/sample_profile.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::cli {
namespace {

constexpr std::uint64_t period_ns = 5'000'000;

std::string recording(std::int32_t pid, std::uint32_t samples) {
    test_support::RecordingBuilder build;
    build.header().pid = pid;
    const std::uint32_t code = build.code(), thread = build.thread(pid);
    build.node(thread, build.root(thread), wire::node_key::make_python(code, 0), samples);
    const auto bytes = build.bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write(const std::string& path, const std::string& bytes) { std::ofstream{path, std::ios::binary} << bytes; }

std::string bytes_of(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

TEST_CASE("Recordings, gathered files and named profiles all open as profiles") {
    const test_support::TemporaryFolder folder;
    write(folder / "a.rec", recording(7, 4));
    const Result<OpenedProfile> recorded = open_profile(folder / "a.rec");
    REQUIRE(recorded);
    CHECK(!recorded->had_names);
    CHECK(profile::sum_all(recorded->profile).weight == 4 * period_ns);

    REQUIRE(gather::write_gathered(folder / "a.pyprof", *gather::gather_file(folder / "a.rec")));
    const Result<OpenedProfile> gathered = open_profile(folder / "a.pyprof");
    REQUIRE(gathered);
    CHECK(!gathered->had_names);
    CHECK(gathered->profile.values == recorded->profile.values);

    REQUIRE(profile::save_file(gathered->profile, folder / "a.pyprof"));
    const Result<OpenedProfile> named = open_profile(folder / "a.pyprof");
    REQUIRE(named);
    CHECK(named->had_names);
    CHECK(named->profile == gathered->profile);
}

TEST_CASE("Damage is told with the file's name") {
    const test_support::TemporaryFolder folder;
    REQUIRE(profile::save_file(test_support::sample_profile(), folder / "a.pyprof"));
    const std::string whole = bytes_of(folder / "a.pyprof");
    write(folder / "cut.pyprof", whole.substr(0, whole.size() / 2));
    const Result<OpenedProfile> opened = open_profile(folder / "cut.pyprof");
    REQUIRE(opened);
    CHECK(opened->damage.find((folder / "cut.pyprof") + ": The profile file is cut short") == 0);
}

TEST_CASE("What is no profile is refused with the fix") {
    const test_support::TemporaryFolder folder;
    write(folder / "text", "hello");
    CHECK(open_profile(folder / "text").error().message() ==
          (folder / "text") + " is not a pyprof profile; pyprof writes files that end in .pyprof");
    CHECK(open_profile(folder.path()).error().message().find("is a folder; `pyprof merge") != std::string::npos);
    CHECK(open_profile(folder / "none").error().message().find("check the path") != std::string::npos);
    write(folder / "empty", "");
    CHECK(!open_profile(folder / "empty"));
}

TEST_CASE("A merge takes what it can of files and folders, and names the rest") {
    const test_support::TemporaryFolder folder;
    std::filesystem::create_directory(folder / "run.d");
    write(folder / "run.d/a.rec", recording(7, 4));
    write(folder / "run.d/b.rec.done", recording(8, 5));
    write(folder / "run.d/broken.rec", "PYPF");
    write(folder / "run.d/notes.txt", "not ours");
    REQUIRE(profile::save_file(test_support::small_profile(), folder / "named.pyprof"));

    const Result<MergedProfile> merged = merge_paths({folder / "run.d", folder / "named.pyprof", folder / "missing"});
    REQUIRE(merged);
    CHECK(merged->profile.processes.size() == 3);
    const std::uint64_t small = profile::sum_all(test_support::small_profile()).weight;
    CHECK(profile::sum_all(merged->profile).weight == 9 * period_ns + small);
    CHECK(merged->unreadable.size() == 2);
    CHECK(merged->damage.empty());
}

TEST_CASE("A recording that is part of a gathered file of its folder counts once") {
    const test_support::TemporaryFolder folder;
    write(folder / "host-7-1.rec.done", recording(7, 4));
    write(folder / "host-8-1.rec.done", recording(8, 5));
    REQUIRE(gather::write_gathered(folder / "gathered-0.gath", *gather::gather_file(folder / "host-7-1.rec.done")));
    write(folder / "gathered-0.names", "host-7-1.rec.done\n");
    const Result<MergedProfile> merged = merge_paths({folder.path()});
    REQUIRE(merged);
    CHECK(profile::sum_all(merged->profile).weight == 9 * period_ns);
}

TEST_CASE("A merge of nothing readable is an error") {
    const test_support::TemporaryFolder folder;
    CHECK(merge_paths({folder / "missing"}).error().message().find("missing") != std::string::npos);
    CHECK(merge_paths({folder.path()}).error().message().find("holds no recording and no profile") !=
          std::string::npos);
}

}  // namespace
}  // namespace pyprof::cli
