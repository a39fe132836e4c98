// The engine `cpu`: a CPU timer of the kernel for each thread. Its expiries come one period apart and are noticed at
// the kernel's next tick; what passes between two ticks is counted as overruns.
#include "agent/capture/process_state.h"
#include "agent/preload/engine.h"
#include "agent/preload/timers.h"

namespace pyprof::preload {
namespace {

using capture::process;
using capture::ThreadState;

bool arm(ThreadState& thread, std::uint64_t from_ns) {
    const int timer = create_timer(thread.tid, process.signal, &thread);
    if (timer < 0) return false;
    thread.arming.timer = timer;
    thread.arming.charged_to_ns = static_cast<std::int64_t>(from_ns);
    thread.arming.next_ns = from_ns + thread.arming.random.below(process.period_ns);
    if (arm_timer(timer, thread.arming.next_ns, process.period_ns)) return true;
    delete_timer(timer);
    thread.arming.timer = -1;
    return false;
}

void disarm(ThreadState& thread) {
    if (thread.arming.timer >= 0) delete_timer(thread.arming.timer);
    thread.arming.timer = -1;
}

[[gnu::hot]] std::uint64_t periods(ThreadState& thread, const siginfo_t& info) {
    if (info.si_code != SI_TIMER) return 0;
    const std::uint64_t expired = 1 + static_cast<std::uint64_t>(info.si_overrun);
    thread.arming.charged_to_ns += static_cast<std::int64_t>(expired * process.period_ns);
    thread.arming.next_ns += expired * process.period_ns;
    return expired;
}

[[gnu::hot]] void change_phase(ThreadState& thread) {
    if (thread.arming.timer < 0 || !phase_ends(thread.arming)) return;
    const std::uint64_t moment = thread.arming.random.below(process.period_ns);
    thread.arming.next_ns = static_cast<std::uint64_t>(thread.arming.charged_to_ns) + moment;
    arm_timer(thread.arming.timer, thread.arming.next_ns, process.period_ns);
}

// An expiry is noticed at a tick of the kernel, and a process of few milliseconds may end before.
std::uint64_t overdue(const ThreadState& thread, std::uint64_t cpu_ns) {
    if (cpu_ns < thread.arming.next_ns) return 0;
    return 1 + (cpu_ns - thread.arming.next_ns) / process.period_ns;
}

}  // namespace

constexpr capture::Engine cpu_engine{.kind = wire::Engine::cpu,
                                     .name = "cpu",
                                     .arm = arm,
                                     .disarm = disarm,
                                     .periods = periods,
                                     .change_phase = change_phase,
                                     .overdue = overdue,
                                     .after_fork = nullptr};

}  // namespace pyprof::preload
