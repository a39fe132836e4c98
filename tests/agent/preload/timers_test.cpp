#include "agent/preload/timers.h"

#include <atomic>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "agent/capture/syscalls.h"
#include "tests/support/catch.h"

using namespace pyprof;

namespace {

std::atomic<std::uint64_t> expiries{0};

void count(int, siginfo_t* info, void*) {
    if (info->si_code == SI_TIMER) expiries += 1 + static_cast<std::uint64_t>(info->si_overrun);
}

std::uint64_t cpu_now() { return capture::sys::now(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace

TEST_CASE("expiries with overruns are the CPU time over the period") {
    const int signal = SIGRTMIN + 9;
    struct sigaction action {};
    action.sa_sigaction = count;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigaction(signal, &action, nullptr);
    constexpr std::uint64_t period = 1'000'000;
    const int timer = preload::create_timer(capture::sys::get_tid(), signal, nullptr);
    REQUIRE(timer >= 0);
    const std::uint64_t begin = cpu_now();
    REQUIRE(preload::arm_timer(timer, begin + period, period));
    while (cpu_now() - begin < 400 * period) {
    }
    // On busy cores ticks may not find the thread for a while.
    const auto before = expiries.load();
    while (expiries.load() == before && cpu_now() - begin < 800 * period) {
    }
    const std::uint64_t used = cpu_now() - begin;
    preload::delete_timer(timer);
    // Late by one tick of the kernel (10 ms at most) plus the signal that is on its way.
    CHECK(expiries.load() <= used / period + 1);
    CHECK(expiries.load() + 2 * 10 >= used / period);
}

TEST_CASE("the tick rate is one that kernels are built with") {
    const std::uint32_t hz = preload::ticks_per_second();
    CHECK((hz == 100 || hz == 250 || hz == 300 || hz == 1000));
}
