#include "formats/pstats.h"

#include <map>
#include <set>
#include <span>
#include <tuple>

#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"
#include "tracers/cprofile.h"

namespace pyprof::formats {
namespace {

constexpr double period = test_support::ProfileBuilder::period_ns * 1e-9;

tracers::CallStatistics exported(const profile::Profile& profile) {
    const std::string bytes = pstats(profile);
    Result<tracers::CallStatistics> read = tracers::read_cprofile(std::as_bytes(std::span{bytes}));
    REQUIRE(read);
    return *read;
}

TEST_CASE("Functions have their times and callers, and no numbers of calls") {
    const tracers::CallStatistics statistics = exported(test_support::small_profile());
    REQUIRE(statistics.functions.size() == 2);
    const tracers::CountedFunction& main = statistics.functions[0];
    CHECK(std::tuple{main.file, main.line, main.name} == std::tuple{"/home/user/app.py", 10U, "main"});
    CHECK(main.counts.calls == 0);
    CHECK(main.counts.self_s == Approx(10 * period));
    CHECK(main.counts.total_s == Approx(40 * period));
    CHECK(main.callers.empty());
    const tracers::CountedFunction& work = statistics.functions[1];
    REQUIRE(work.callers.size() == 1);
    CHECK(statistics.functions[work.callers[0].caller].name == "main");
    CHECK(work.callers[0].counts.total_s == Approx(30 * period));
}

TEST_CASE("Own times sum to the total, and what callers caused to the function's") {
    const profile::Profile profile = test_support::hostile_profile();
    double sum = 0;
    for (const tracers::CountedFunction& function : exported(profile).functions) {
        sum += function.counts.self_s;
        double called = 0;
        for (const tracers::CallerCounts& caller : function.callers) called += caller.counts.total_s;
        CHECK(called <= function.counts.total_s * (1 + 1e-12));
        CHECK(function.counts.self_s <= function.counts.total_s);
    }
    CHECK(sum == Approx(static_cast<double>(profile::sum_all(profile).weight) * 1e-9));
}

TEST_CASE("A long name is written once") { CHECK(pstats(test_support::hostile_profile()).size() < (2 << 20)); }

TEST_CASE("Functions of one name stay apart by their first line") {
    test_support::ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(-1, 1, "here"), 1, "", true);
    make.add(make.path(0, {make.location(make.python("<lambda>", "app.py", 1), 1)}), thread, 1);
    make.add(make.path(0, {make.location(make.python("<lambda>", "app.py", 5), 6)}), thread, 1);
    const tracers::CallStatistics statistics = exported(make.build());
    REQUIRE(statistics.functions.size() == 2);
    CHECK(statistics.functions[1].line == 5);
}

TEST_CASE("Samples without a stack, and no samples at all, are a function of their own") {
    test_support::ProfileBuilder make;
    CHECK(exported(make.build()).functions.size() == 1);
    make.add(0, make.thread(make.process(-1, 1, "here"), 1, "", true), 1);
    const tracers::CallStatistics statistics = exported(make.build());
    REQUIRE(statistics.functions.size() == 1);
    CHECK(statistics.functions[0].name == "(no stack)");
    CHECK(statistics.functions[0].counts.self_s == Approx(period));
}

}  // namespace
}  // namespace pyprof::formats
