#include <cmath>
#include <cstdlib>
#include <signal.h>
#include <string>
#include <sys/resource.h>

#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"
#include "agent/preload/engine.h"
#include "agent/preload/timers.h"
#include "tests/agent/preload/engine_cases.h"
#include "tests/agent/preload/phase_count.h"
#include "tests/support/catch.h"

using namespace pyprof;
using capture::process;
using preload::cpu_engine;

namespace {

constexpr std::uint64_t millisecond = 1'000'000;

std::uint64_t alone_in_first_half, alone, origin_ns;

void note_moment(int, siginfo_t*, void*) {
    ++alone;
    const std::uint64_t moment = (capture::sys::now(CLOCK_THREAD_CPUTIME_ID) - origin_ns) % process.period_ns;
    if (moment < process.period_ns / 2) ++alone_in_first_half;
}

}  // namespace

TEST_CASE("a CPU timer that keeps its phase sees one half only of a program with its own period") {
    process.period_ns = 40 * millisecond;  // a kernel's tick is at most a quarter of it
    struct sigaction action {};
    action.sa_sigaction = note_moment;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigaction(SIGSTKFLT, &action, nullptr);
    const int timer = preload::create_timer(capture::sys::get_tid(), SIGSTKFLT, nullptr);
    REQUIRE(timer >= 0);
    origin_ns = capture::sys::now(CLOCK_THREAD_CPUTIME_ID);
    alone = alone_in_first_half = 0;
    preload::arm_timer(timer, origin_ns + process.period_ns + millisecond, process.period_ns);
    while (capture::sys::now(CLOCK_THREAD_CPUTIME_ID) < origin_ns + 50 * process.period_ns) {
    }
    preload::delete_timer(timer);
    // Half of the time is in the first half; 49 draws would give 0.5 within 0.33 (4.5 standard deviations).
    CHECK(alone >= 40);
    CHECK(alone_in_first_half >= 0.9 * static_cast<double>(alone));
}

TEST_CASE("the engine cpu charges what is used, at moments of no preference") {
    tests::check_charges(cpu_engine, 5 * millisecond, 600, 10 * millisecond);
}

TEST_CASE("moments that no signal came for are overdue") {
    static capture::ThreadState thread;
    process.period_ns = 5 * millisecond;
    thread.arming.next_ns = 12 * millisecond;
    CHECK(cpu_engine.overdue(thread, 12 * millisecond - 1) == 0);
    CHECK(cpu_engine.overdue(thread, 12 * millisecond) == 1);
    CHECK(cpu_engine.overdue(thread, 17 * millisecond - 1) == 1);
    CHECK(cpu_engine.overdue(thread, 17 * millisecond) == 2);
}

TEST_CASE("the engine cpu stops and starts") { tests::check_stop_and_start(cpu_engine, 2 * millisecond); }
