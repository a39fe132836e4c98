#include "profile/attachment.h"

#include "profile/select.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"

namespace pyprof::profile {
namespace {

using test_support::ProfileBuilder;

struct TwoThreads {
    ProfileBuilder make;
    std::uint32_t process = make.process(-1, 1, "host");
    std::uint32_t main = make.thread(process, 1, "main", true);
    std::uint32_t worker = make.thread(process, 2, "worker", false);
    std::uint32_t context = make.path(0, {make.location(make.python("f", "app.py", 1), 2)});

    TwoThreads() {
        make.add(context, main, 10);
        make.add(context, worker, 90);
    }
};

}  // namespace

TEST_CASE("what threads without Python do is neither attached nor detached") {
    TwoThreads run;
    run.make.measure(gil_held_metric, "nanoseconds", run.context, run.main, 4 * ProfileBuilder::period_ns);
    const auto attachment = attachment_of(run.make.build());
    REQUIRE(attachment);
    CHECK(attachment->has_gil);
    CHECK(attachment->cpu_ns == 10 * ProfileBuilder::period_ns);
    CHECK(attachment->attached_ns == 4 * ProfileBuilder::period_ns);
}

TEST_CASE("a free-threaded run is attached without a lock, whichever metric is selected") {
    TwoThreads run;
    run.make.measure(attached_metric, "nanoseconds", run.context, run.main, 4 * ProfileBuilder::period_ns);
    const auto attachment = attachment_of(by_measure(run.make.build(), 0));
    REQUIRE(attachment);
    CHECK_FALSE(attachment->has_gil);
    CHECK(attachment->cpu_ns == 10 * ProfileBuilder::period_ns);
}

TEST_CASE("without an interpreter nothing is attached") {
    CHECK_FALSE(attachment_of(TwoThreads{}.make.build()));
    ProfileBuilder empty;
    const std::uint32_t thread = empty.thread(empty.process(-1, 1, "host"), 1, "main", false);
    empty.measure(gil_held_metric, "nanoseconds", 0, thread, 1);
    CHECK_FALSE(attachment_of(empty.build()));
}

}  // namespace pyprof::profile
