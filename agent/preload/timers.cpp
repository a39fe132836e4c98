#include "agent/preload/timers.h"

#include "agent/capture/syscalls.h"

namespace pyprof::preload {
namespace {

namespace sys = capture::sys;

// Linux encodes a thread's CPU clock in the clock id: ~tid in the upper bits, 4 for "one thread", 2 for "scheduled
// time".
long cpu_clock_of(int tid) { return static_cast<long>(~static_cast<unsigned>(tid)) << 3 | 6; }

timespec to_timespec(std::uint64_t ns) {
    return {static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
}

}  // namespace

std::uint32_t ticks_per_second() {
    timespec resolution{};
    sys::call(SYS_clock_getres, CLOCK_MONOTONIC_COARSE, sys::word(&resolution));
    return resolution.tv_nsec <= 0 ? 0 : static_cast<std::uint32_t>(1'000'000'000 / resolution.tv_nsec);
}

int create_timer(int tid, int signal, void* value) {
    // The kernel's own layout of struct sigevent: glibc hides the thread id.
    struct KernelSigevent {
        void* value;
        int signal;
        int notify;
        int tid;
        int padding[11];
    } event{value, signal, 4 /* SIGEV_THREAD_ID */, tid, {}};
    static_assert(sizeof event == 64);
    int timer = -1;
    const long made = sys::call(SYS_timer_create, cpu_clock_of(tid), sys::word(&event), sys::word(&timer));
    return made == 0 ? timer : static_cast<int>(made);
}

bool arm_timer(int timer, std::uint64_t first_ns, std::uint64_t period_ns) {
    const itimerspec when{to_timespec(period_ns), to_timespec(first_ns == 0 ? 1 : first_ns)};
    return sys::call(SYS_timer_settime, timer, TIMER_ABSTIME, sys::word(&when), 0) == 0;
}

void disarm_timer(int timer) {
    const itimerspec never{};
    sys::call(SYS_timer_settime, timer, 0, sys::word(&never), 0);
}

void delete_timer(int timer) { sys::call(SYS_timer_delete, timer); }

std::uint64_t cpu_time_of(int tid) {
    timespec t{};
    if (sys::call(SYS_clock_gettime, cpu_clock_of(tid), sys::word(&t)) != 0) return 0;
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}

}  // namespace pyprof::preload
