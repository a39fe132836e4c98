// The engine `perf`: a performance event of the kernel for each thread, its CPU clock (task-clock), which keeps the
// period to microseconds at any rate. docs/decisions/0061-one-event-per-thread.md says why each of these choices:
// - The event is attached to one thread and signals that thread with process.signal, a standard signal: real-time ones
//   become SIGIO, which kills, when the queue is full (fcntl(2), F_SETSIG).
// - Only user code is interrupted (exclude_kernel): no system call sees EINTR, and no permission is needed. A sample
//   therefore stands for the CPU time since the last one, read from the thread's clock.
// - The event lives by its mapping alone. Its descriptor is closed at once: the program neither sees nor closes it.
#include <errno.h>
#include <linux/perf_event.h>

#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"
#include "agent/preload/engine.h"

namespace pyprof::preload {
namespace {

using capture::process;
using capture::ThreadState;
namespace sys = capture::sys;

// A virtual machine may need tens of microseconds for an interrupt; if they come faster, nothing else runs any more.
constexpr std::uint64_t shortest_interval_ns = 90'000;

// Another event costs the kernel about 0.1 ms.
constexpr std::uint64_t shortest_phase_ns = 100'000'000;

constexpr std::size_t event_bytes = wire::page_bytes;  // the control page alone, no ring of samples

int open_descriptor(int tid, std::uint64_t period_ns) {
    perf_event_attr event{};
    event.size = sizeof event;
    event.type = PERF_TYPE_SOFTWARE;
    event.config = PERF_COUNT_SW_TASK_CLOCK;
    event.sample_period = period_ns;
    event.wakeup_events = 1;
    event.exclude_kernel = 1;
    event.exclude_hv = 1;
    long fd = -EINTR;
    for (int tries = 0; tries < 4 && fd == -EINTR; ++tries)
        fd = sys::call(SYS_perf_event_open, sys::word(&event), tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
    return static_cast<int>(fd);
}

bool direct_signals(int fd, int tid) {
    const f_owner_ex owner{F_OWNER_TID, tid};
    return sys::call(SYS_fcntl, fd, F_SETOWN_EX, sys::word(&owner)) == 0 &&
           sys::call(SYS_fcntl, fd, F_SETSIG, process.signal) == 0 && sys::call(SYS_fcntl, fd, F_SETFL, O_ASYNC) == 0;
}

// The event's mapping, or -errno.
long open_event(int tid, std::uint64_t period_ns) {
    const int fd = open_descriptor(tid, period_ns);
    if (fd < 0) return fd;
    long result = -EINVAL;
    if (direct_signals(fd, tid)) result = sys::call(SYS_mmap, 0, event_bytes, PROT_READ, MAP_SHARED, fd, 0);
    sys::close(fd);
    return result;
}

bool is_error(long result) { return result < 0 && result > -4096; }

// The event that comes next every `period_ns` instead of the one there is, which stays if there can be no other.
bool replace_event(ThreadState& thread, std::uint64_t period_ns) {
    const long event = open_event(thread.tid, period_ns);
    if (is_error(event)) return false;
    if (thread.arming.event != nullptr) sys::unmap(thread.arming.event, event_bytes);
    thread.arming.event = reinterpret_cast<void*>(event);
    return true;
}

bool arm(ThreadState& thread, std::uint64_t from_ns) {
    if (process.signal >= first_real_time_signal) return false;
    std::uint64_t moment = thread.arming.random.below(process.period_ns);
    if (moment < shortest_interval_ns) moment = shortest_interval_ns;
    begin_periods(thread.arming, from_ns, moment);
    thread.arming.samples_to_change = 1;  // the next ones come about a period apart
    return replace_event(thread, moment);
}

void disarm(ThreadState& thread) {
    if (thread.arming.event != nullptr) sys::unmap(thread.arming.event, event_bytes);
    thread.arming.event = nullptr;
}

[[gnu::hot]] std::uint64_t periods(ThreadState& thread, const siginfo_t& info) {
    if (info.si_code == SI_TIMER || thread.arming.event == nullptr) return 0;
    const auto shortest = static_cast<std::uint32_t>(shortest_phase_ns / process.period_ns);
    thread.arming.cpu_ns = sys::now(CLOCK_THREAD_CPUTIME_ID);
    return take_periods(thread.arming, thread.arming.cpu_ns, shortest > shortest_phase ? shortest : shortest_phase);
}

[[gnu::hot]] void change_phase(ThreadState& thread) {
    if (thread.arming.event == nullptr || !thread.arming.new_phase) return;
    replace_event(thread, wandering_interval(thread.arming.random));
}

}  // namespace

constexpr capture::Engine perf_engine{.kind = wire::Engine::perf,
                                      .name = "perf",
                                      .arm = arm,
                                      .disarm = disarm,
                                      .periods = periods,
                                      .change_phase = change_phase,
                                      .overdue = nullptr,
                                      .after_fork = nullptr};

const char* why_no_perf() {
    if (process.signal >= first_real_time_signal) return "the program uses its signal, SIGSTKFLT";
    const long event = open_event(sys::get_tid(), 1'000'000'000);
    if (!is_error(event)) {
        sys::unmap(reinterpret_cast<void*>(event), event_bytes);
        return nullptr;
    }
    switch (-event) {
        case EACCES:
            return "kernel.perf_event_paranoid forbids it";
        case EPERM:
            return "kernel.perf_event_paranoid, a sandbox or the limit of locked memory forbids it";
        case ENOSYS:
        case ENOENT:
            return "this kernel has no such event";
        case EMFILE:
        case ENFILE:
            return "there are no more file descriptors";
        default:
            return "perf_event_open fails";
    }
}

}  // namespace pyprof::preload
