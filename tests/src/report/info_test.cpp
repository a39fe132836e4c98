#include "report/info.h"

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::report {
namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("The facts of a run, the meaning of its losses and its notes are told") {
    const std::string text = info(test_support::sample_profile(), {});
    CHECK(contains(text, "command             python3 app.py\n"));
    CHECK(contains(text, "MPI                 Open MPI 4.1.4"));
    CHECK(
        contains(text, "lost                3 unwind_truncated: samples whose native stack does not reach its bottom"));
    CHECK(contains(text, "note                rank 1's child 2050 was killed."));
    CHECK(contains(info(test_support::small_profile(), {}), "ranks               no MPI\n"));
}

TEST_CASE("Moments are told with what they stand for, which may differ between processes") {
    profile::Profile profile = test_support::sample_profile();
    CHECK(contains(info(profile, {}), "moments             none\n"));
    profile.moments.assign(1234, {0, 0, 0});
    profile.processes[0].moment_stride_ns = 5'000'000;
    CHECK(contains(info(profile, {}), "moments             1 234 samples with their moments, one for each 5 ms\n"));
    profile.processes[1].moment_stride_ns = 40'000'000;
    CHECK(contains(info(profile, {}), "one for each 5 ms to 40 ms, by process\n"));
}

TEST_CASE("A cause of a later version is told without a meaning, and a long list is cut") {
    profile::Profile profile = test_support::small_profile();
    profile.quality.lost = {{"gamma_rays", 7}};
    profile.run.hosts.clear();
    for (int i = 0; i < 100; i++) profile.run.hosts.push_back("n" + std::to_string(i));
    const std::string text = info(profile, {});
    CHECK(contains(text, "lost                7 gamma_rays"));
    CHECK(contains(text, "n7 and 92 more"));
}

}  // namespace
}  // namespace pyprof::report
