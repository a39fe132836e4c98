#include "agent/preload/timers.h"

#include "agent/capture/syscalls.h"

namespace pyprof::preload {

namespace sys = capture::sys;

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
    const long made = sys::call(SYS_timer_create, sys::cpu_clock_of(tid), sys::word(&event), sys::word(&timer));
    return made == 0 ? timer : static_cast<int>(made);
}

bool arm_timer(int timer, std::uint64_t first_ns, std::uint64_t period_ns) {
    const itimerspec when{sys::to_timespec(period_ns), sys::to_timespec(first_ns == 0 ? 1 : first_ns)};
    return sys::call(SYS_timer_settime, timer, TIMER_ABSTIME, sys::word(&when), 0) == 0;
}

void disarm_timer(int timer) {
    const itimerspec never{};
    sys::call(SYS_timer_settime, timer, 0, sys::word(&never), 0);
}

void delete_timer(int timer) { sys::call(SYS_timer_delete, timer); }

std::uint64_t cpu_time_of(int tid) { return sys::now(sys::cpu_clock_of(tid)); }

}  // namespace pyprof::preload
