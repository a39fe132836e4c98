#pragma once
// CPU-time timers of the kernel, one per thread: a real-time signal to that very thread each period of CPU time it
// uses. The kernel looks at them on its clock tick, so signals come at most CONFIG_HZ times a second; the overrun count
// makes the sum exact (timer_create(2), timer_getoverrun(2)). Async-signal-safe.
#include <cstdint>

namespace pyprof::preload {

// The kernel's tick rate, from the resolution of its coarse clock.
std::uint32_t ticks_per_second();

// Creates the timer of thread `tid`, with `value` as si_value. Negative on failure.
int create_timer(int tid, int signal, void* value);

// First expiry at `first_ns` of the thread's CPU time (at once, with overruns, if that has passed), then each period.
bool arm_timer(int timer, std::uint64_t first_ns, std::uint64_t period_ns);
void disarm_timer(int timer);
void delete_timer(int timer);

// CPU time of a thread of this process; 0 if it is gone.
std::uint64_t cpu_time_of(int tid);

}  // namespace pyprof::preload
