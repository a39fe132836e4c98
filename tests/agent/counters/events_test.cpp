#include "agent/counters/events.h"

#include <sched.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/capture/counters.h"
#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"
#include "tests/support/catch.h"

using namespace pyprof;
using pyprof::capture::CounterSet;

namespace {

struct SetUp {
    wire::MetricInfo metrics[wire::max_extra_metrics] = {};
    char message[512] = {};
    std::uint32_t count =
        counters::set_up("perf::PAGE-FAULTS,NOTHING::LIKE-THIS,,rusage::nvcsw,rusage::other,perf::TASK-CLOCK", metrics,
                         message, sizeof message);
};

const SetUp& set_up_once() {
    static const SetUp once;
    return once;
}

}  // namespace

TEST_CASE("events are named with their units, what cannot be counted with the reason") {
    const SetUp& up = set_up_once();
    REQUIRE(up.count == 3);
    CHECK(std::string{up.metrics[0].name} == "perf::PAGE-FAULTS");
    CHECK(up.metrics[0].unit == wire::MetricUnit::count);
    CHECK(std::string{up.metrics[1].name} == "perf::TASK-CLOCK");
    CHECK(up.metrics[1].unit == wire::MetricUnit::nanoseconds);
    CHECK(std::string{up.metrics[2].name} == "rusage::nvcsw");
    CHECK(std::string{up.message}.find("NOTHING::LIKE-THIS: ") == 0);
    CHECK(std::string{up.message}.find("; rusage::other: there are rusage::nvcsw") != std::string::npos);
    CHECK(capture::counters.count == 3);
}

TEST_CASE("values grow with what the thread does") {
    set_up_once();
    CounterSet set;
    counters::start_thread(set);
    REQUIRE(set.events >= 0);
    std::uint64_t before[wire::max_extra_metrics], after[wire::max_extra_metrics];
    REQUIRE(capture::counters.read(set, before));
    for (int i = 0; i < 5; ++i) usleep(1000);  // each gives up the processor
    REQUIRE(capture::counters.read(set, after));
    CHECK(after[1] > before[1]);
    CHECK(after[2] >= before[2] + 5);
    counters::stop_thread(set);
    CHECK(set.events < 0);
}

TEST_CASE("a forked child counts itself and leaves its parent's events alone") {
    set_up_once();
    CounterSet set;
    counters::start_thread(set);
    REQUIRE(set.events >= 0);
    const pid_t child = fork();
    if (child == 0) {
        counters::restart_after_fork(set);
        std::uint64_t values[wire::max_extra_metrics];
        const bool good = set.events >= 0 && capture::counters.read(set, values) && values[1] < 1'000'000'000;
        _exit(good ? 0 : 1);
    }
    int status = 1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    std::uint64_t values[wire::max_extra_metrics];
    CHECK(capture::counters.read(set, values));
    counters::stop_thread(set);
}

TEST_CASE("many short threads cost no more than their share") {
    set_up_once();
    capture::process.started_ns = capture::sys::monotonic_now();
    int counted = 0;
    for (int i = 0; i < 200; ++i) {
        CounterSet set;
        counters::start_thread(set);
        counted += set.events >= 0 ? 1 : 0;
        counters::stop_thread(set);
    }
    CHECK(counted > 0);
    CHECK(counted < 200);
}
