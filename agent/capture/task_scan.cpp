#include "agent/capture/task_scan.h"

#include <algorithm>

#include "agent/capture/proc_files.h"
#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"

namespace pyprof::capture {
namespace {

// Asking takes as long as two samples or three: seldom enough that they are the rare ones.
constexpr std::uint64_t shortest_interval_ns = 1'000'000'000, longest_interval_ns = 4'000'000'000;
constexpr std::uint64_t intervals_of_run = 4;
constexpr std::uint64_t much_unexplained_ns = 50'000'000;

int number(const char* text) {
    int value = 0;
    for (; *text >= '0' && *text <= '9'; ++text) value = value * 10 + (*text - '0');
    return *text == '\0' ? value : 0;
}

// /proc/self/task has one link for each thread besides "." and "..". Without those of the agent.
std::uint64_t task_count() {
    struct stat status {};
    if (sys::call(SYS_newfstatat, AT_FDCWD, sys::word("/proc/self/task"), sys::word(&status), 0) != 0) return 0;
    std::uint64_t count = status.st_nlink - 2;
    for (const auto& slot : process.own_threads)
        if (slot.load() != 0 && count > 0) --count;
    return count;
}

// CPU time of the process that no sample stands for, as far as the figures know.
std::uint64_t unexplained_ns() {
    wire::RecordingHeader& h = *process.arena.header();
    const std::uint64_t explained = std::atomic_ref{h.expiries}.load(std::memory_order_relaxed) * process.period_ns;
    return h.cpu_ns > explained ? h.cpu_ns - explained : 0;
}

}  // namespace

[[gnu::section(".data")]] void (*adopt_thread)(int tid) = nullptr;
void (*drop_ended_threads)() = nullptr;

void scan_tasks() {
    for_each_entry("/proc/self/task", [](const char* name) {
        const int tid = number(name);
        if (tid > 0) adopt_thread(tid);
    });
}

[[gnu::hot]] void scan_tasks_if_due(std::uint64_t now_ns) {
    std::uint64_t due = process.next_scan_ns.load(std::memory_order_relaxed);
    const std::uint64_t unexplained = unexplained_ns();
    const bool somebody_works =
        unexplained > process.unexplained_ns.load(std::memory_order_relaxed) + much_unexplained_ns;
    if ((now_ns < due && !somebody_works) || adopt_thread == nullptr) return;
    const std::uint64_t interval_ns =
        std::clamp((now_ns - process.started_ns) / intervals_of_run, shortest_interval_ns, longest_interval_ns);
    if (!process.next_scan_ns.compare_exchange_strong(due, now_ns + interval_ns)) return;
    process.unexplained_ns.store(unexplained, std::memory_order_relaxed);
    const std::uint64_t tasks = task_count();
    const std::uint32_t known = process.live_threads.load(std::memory_order_relaxed);
    if (tasks < known)
        drop_ended_threads();
    else if (tasks > known)
        scan_tasks();
}

}  // namespace pyprof::capture
