#include "agent/capture/task_scan.h"

#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"

namespace pyprof::capture {
namespace {

constexpr std::uint64_t scan_interval_ns = 200'000'000;

struct Dirent64 {  // as getdents64(2) returns it
    std::uint64_t inode;
    std::int64_t offset;
    std::uint16_t bytes;
    std::uint8_t type;
    char name[1];
};

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

}  // namespace

void (*adopt_thread)(int tid) = nullptr;
void (*drop_ended_threads)() = nullptr;

void scan_tasks() {
    const int fd = sys::open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    alignas(Dirent64) char buffer[2048];
    for (;;) {
        const long got = sys::call(SYS_getdents64, fd, sys::word(buffer), sizeof buffer);
        if (got <= 0) break;
        for (long at = 0; at < got;) {
            const auto* entry = reinterpret_cast<const Dirent64*>(buffer + at);
            const int tid = number(entry->name);
            if (tid > 0) adopt_thread(tid);
            at += entry->bytes;
        }
    }
    sys::close(fd);
}

void scan_tasks_if_due(std::uint64_t now_ns) {
    std::uint64_t due = process.next_scan_ns.load(std::memory_order_relaxed);
    if (now_ns < due || adopt_thread == nullptr) return;
    if (!process.next_scan_ns.compare_exchange_strong(due, now_ns + scan_interval_ns)) return;
    const std::uint64_t tasks = task_count();
    const std::uint32_t known = process.live_threads.load(std::memory_order_relaxed);
    if (tasks < known)
        drop_ended_threads();
    else if (tasks > known)
        scan_tasks();
}

}  // namespace pyprof::capture
