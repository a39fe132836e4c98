#include "report/findings.h"

#include <algorithm>

#include "report/options.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::report {
namespace {

std::vector<std::string> findings_of(const profile::Profile& profile) { return findings(*prepare(profile, {})); }

bool any_contains(const std::vector<std::string>& sentences, const std::string& part) {
    return std::ranges::any_of(sentences, [&](const std::string& s) { return s.find(part) != std::string::npos; });
}

TEST_CASE("At most five findings, whatever is wrong") {
    profile::Profile profile = test_support::sample_profile();
    profile.quality.cpu_covered = 0.5;
    profile.quality.lost = {{"memory_full", 500}, {"too_deep", 500}, {"file_full", 400}};
    CHECK(findings_of(profile).size() == 5);
}

TEST_CASE("Samples cut short are a finding, those with a guessed frame are none") {
    profile::Profile profile = test_support::sample_profile();
    profile.quality.lost = {{"unwind_guessed", profile.quality.signals}};
    CHECK_FALSE(any_contains(findings_of(profile), "of the samples are affected"));
    profile.quality.lost = {{"unwind_truncated", profile.quality.signals}};
    CHECK(any_contains(findings_of(profile), "of the samples are affected by unwind_truncated"));
}

TEST_CASE("Time in the kernel that performance events do not see is said") {
    profile::Profile profile = test_support::sample_profile();
    profile.quality.expected = profile.quality.samples = 10'000;
    profile.quality.signals = 2'500;
    profile.run.engine = "perf";
    CHECK(any_contains(findings_of(profile), "75.0 % of the CPU time came without a sample"));
    profile.quality.signals = 9'500;
    CHECK_FALSE(any_contains(findings_of(profile), "came without a sample"));
    profile.quality.signals = 2'500;
    profile.run.engine = "cpu";
    CHECK_FALSE(any_contains(findings_of(profile), "came without a sample"));
}

TEST_CASE("Expiries that ticks notice late are said, those that are late for other reasons are not") {
    profile::Profile profile = test_support::sample_profile();
    profile.quality.expected = profile.quality.samples = 10'000;
    profile.quality.signals = 8'200;
    profile.quality.lost.clear();
    profile.run.engine = "cpu";
    CHECK(any_contains(findings_of(profile), "18.0 % of the expiries were noticed late"));
    profile.quality.lost = {{"thread_late", 1'000}};
    CHECK_FALSE(any_contains(findings_of(profile), "noticed late"));
    profile.quality.lost.clear();
    profile.run.engine = "perf";
    CHECK_FALSE(any_contains(findings_of(profile), "noticed late"));
}

TEST_CASE("The slow rank and what makes it slow are named") {
    const auto found = findings_of(test_support::sample_profile());
    CHECK(any_contains(found, "Rank 0 computes 1.29 times as long as the mean, most of it in stencil (kernel.c:3)."));
    CHECK(any_contains(found, "rank 1 spends 1.9 times the mean in it and seems to wait for rank 0."));
}

TEST_CASE("Where calls were counted, who waits for whom is said with its share of the ranks' time") {
    const auto found = findings_of(test_support::counted_profile());
    CHECK(any_contains(found,
                       "MPI_Allreduce at solver.py:42 waits at most 10.0 % of the time on 1 of 2 ranks for rank 0."));
    profile::Profile profile = test_support::counted_profile();
    for (profile::Call& call : profile.calls) call.kind = profile::CallKind::point;
    CHECK(any_contains(findings_of(profile), "on 1 of 2 ranks, longest on rank 1."));
}

TEST_CASE("Few samples, missing Python frames and uncovered time are said first") {
    profile::Profile profile = test_support::small_profile();
    profile.processes[0].python_message = "CPython 3.7 is too old";
    profile.quality.cpu_covered = 0.8;
    const auto found = findings_of(profile);
    CHECK(found.at(0) == "Python frames are missing: CPython 3.7 is too old.");
    CHECK(any_contains(found, "Only 40 stacks"));
    CHECK(any_contains(found, "20.0 % of the CPU time"));
}

TEST_CASE("A line on which the interpreter is busy is named") {
    CHECK(any_contains(findings_of(test_support::small_profile()),
                       "The interpreter itself spends 75.0 % of the time on the line app.py:3."));
}

TEST_CASE("What compilers take is said, with the lines whose calls made them compile") {
    test_support::ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(-1, 1, "host"), 1, "main", true);
    const std::uint32_t line = make.location(make.python("<module>", "app.py", 1), 7);
    const std::uint32_t compiler = make.location(make.python("run", "/lib/numba/core/compiler_machinery.py", 1), 2);
    make.add(make.path(0, {line}), thread, 300);
    make.add(make.path(0, {line, compiler}), thread, 100);
    CHECK(any_contains(findings_of(make.build()), "Compiling takes 25.0 % of the time, in first calls at app.py:7."));
}

}  // namespace
}  // namespace pyprof::report
