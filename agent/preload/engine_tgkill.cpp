// The engine `tgkill`: a thread of the agent reads the CPU clocks of all threads and signals those that used a period.
// It is the cheapest for the program where its timer interrupts are dear (virtual machines), costs time on another
// core, and may interrupt a system call that began in the meantime; so it runs only on request.
#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"
#include "agent/discover/text.h"
#include "agent/preload/engine.h"
#include "agent/preload/sampler.h"
#include "agent/preload/timers.h"

namespace pyprof::preload {
namespace {

using capture::process;
using capture::ThreadState;
namespace sys = capture::sys;

constexpr std::uint32_t max_threads = 4096;
constexpr std::uint64_t stand_in_ns = 4'000'000;
constexpr std::uint64_t longest_visit_ns = 20'000'000;

Sampler sampler{0};
std::atomic<ThreadState*> watched[max_threads];
std::atomic<std::uint32_t> end_of_watched{0};  // no slot from here on was ever used
std::atomic<std::uint32_t> watched_count{0};
std::atomic<ThreadState*> visited{nullptr};  // by the sampler: must not become another thread's state meanwhile

// False if the thread sleeps in a system call (proc_pid_syscall(5)), which a signal would interrupt, or from which a
// sigwait would return with it. Where the file cannot be read the answer is true.
bool is_on_cpu(int tid) {
    char path[64];
    discover::TextBuilder{path, sizeof path}
        .add("/proc/self/task/")
        .add(static_cast<std::uint64_t>(tid))
        .add("/syscall");
    const int fd = sys::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return true;
    char first = 'r';  // of "running"
    sys::read(fd, &first, 1);
    sys::close(fd);
    return first == 'r';
}

// A thread that sleeps keeps what is due until it works again.
void signal_if_due(ThreadState& thread) {
    const std::uint64_t cpu_ns = sys::now(sys::cpu_clock_of(thread.tid));
    if (cpu_ns == thread.arming.seen_ns) return;
    thread.arming.seen_ns = cpu_ns;
    thread.arming.due.fetch_add(take_periods(thread.arming, cpu_ns));
    if (thread.arming.due.load() == 0 || !is_on_cpu(thread.tid)) return;
    sys::call(SYS_tgkill, process.pid, thread.tid, process.signal);
}

void visit_all(std::uint64_t) {
    const std::uint32_t end = end_of_watched.load();
    for (std::uint32_t i = 0; i < end; ++i) {
        ThreadState* const thread = watched[i].load();
        if (thread == nullptr) continue;
        visited.store(thread);
        if (watched[i].load() == thread) signal_if_due(*thread);
        visited.store(nullptr);
    }
}

bool watch(ThreadState& thread) {
    for (std::uint32_t i = 0; i < max_threads; ++i) {
        ThreadState* empty = nullptr;
        if (!watched[i].compare_exchange_strong(empty, &thread)) continue;
        std::uint32_t end = end_of_watched.load();
        while (end < i + 1 && !end_of_watched.compare_exchange_weak(end, i + 1)) {
        }
        watched_count.fetch_add(1);
        return true;
    }
    return false;
}

bool forget(const ThreadState& thread) {
    const std::uint32_t end = end_of_watched.load();
    for (std::uint32_t i = 0; i < end; ++i) {
        if (watched[i].load() != &thread) continue;
        watched[i].store(nullptr);
        return true;
    }
    return false;
}

void wait_for_visit(const ThreadState& thread) {
    const std::uint64_t deadline = sys::monotonic_now() + longest_visit_ns;
    while (visited.load() == &thread && sys::monotonic_now() < deadline) sys::call(SYS_sched_yield);
}

// While the sampler is away after a fork, a CPU timer brings it back as soon as the thread works again.
void stand_in(ThreadState& thread) {
    if (thread.arming.timer >= 0) return;
    thread.arming.timer = create_timer(thread.tid, process.signal, &thread);
    if (thread.arming.timer < 0) return;
    arm_timer(thread.arming.timer, cpu_time_of(thread.tid) + stand_in_ns, stand_in_ns);
}

void drop_stand_in(ThreadState& thread) {
    if (thread.arming.timer >= 0) delete_timer(thread.arming.timer);
    thread.arming.timer = -1;
}

bool arm(ThreadState& thread, std::uint64_t from_ns) {
    begin_periods(thread.arming, from_ns, thread.arming.random.below(process.period_ns));
    thread.arming.due.store(0);
    if (sampler.waits())
        stand_in(thread);
    else if (!sampler.start(process.period_ns, visit_all))
        return false;
    return watch(thread);
}

// The sampler runs only while it has somebody to watch.
void disarm(ThreadState& thread) {
    drop_stand_in(thread);
    if (!forget(thread)) return;
    wait_for_visit(thread);
    if (watched_count.fetch_sub(1) != 1) return;
    sampler.stop();
    if (watched_count.load() != 0) sampler.start(process.period_ns, visit_all);
}

std::uint64_t periods(ThreadState& thread, const siginfo_t& info) {
    if (info.si_code == SI_TIMER && sampler.runs()) drop_stand_in(thread);
    return thread.arming.due.exchange(0);
}

// The sampler's ticks wander by themselves.
void change_phase(ThreadState&) {}

void after_fork(bool in_child) {
    const std::uint32_t end = end_of_watched.load();
    for (std::uint32_t i = 0; i < end; ++i) {
        ThreadState* const thread = in_child ? watched[i].exchange(nullptr) : watched[i].load();
        if (thread != nullptr && !in_child) stand_in(*thread);
    }
    if (!in_child) return;
    watched_count.store(0);
    visited.store(nullptr);
}

}  // namespace

constexpr capture::Engine tgkill_engine{.kind = wire::Engine::tgkill,
                                        .name = "tgkill",
                                        .arm = arm,
                                        .disarm = disarm,
                                        .periods = periods,
                                        .change_phase = change_phase,
                                        .overdue = nullptr,
                                        .after_fork = after_fork};

}  // namespace pyprof::preload
