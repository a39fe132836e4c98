#pragma once
// System calls as the signal side needs them: no errno, no cancellation points, no interposers in between, and no
// symbol of a newer glibc. Results are as the kernel gives them: negative numbers are -errno. x86-64.
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

namespace pyprof::capture::sys {

inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

template <class T>
long word(T* pointer) {
    return reinterpret_cast<long>(pointer);
}

inline int get_pid() { return static_cast<int>(call(SYS_getpid)); }
inline int get_tid() { return static_cast<int>(call(SYS_gettid)); }

inline int open(const char* path, int flags, int mode = 0) {
    return static_cast<int>(call(SYS_openat, AT_FDCWD, word(path), flags, mode));
}
inline void close(int fd) { call(SYS_close, fd); }
inline long read(int fd, void* into, std::size_t bytes) {
    return call(SYS_read, fd, word(into), static_cast<long>(bytes));
}

// nullptr on failure.
inline void* map(void* at, std::size_t bytes, int protection, int flags, int fd = -1) {
    const long result = call(SYS_mmap, word(at), static_cast<long>(bytes), protection, flags, fd, 0);
    return result < 0 && result > -4096 ? nullptr : reinterpret_cast<void*>(result);
}
inline void* map_anonymous(std::size_t bytes) {
    return map(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
}
inline void unmap(void* at, std::size_t bytes) { call(SYS_munmap, word(at), static_cast<long>(bytes)); }

inline timespec to_timespec(std::uint64_t ns) {
    return {static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
}
inline std::uint64_t to_ns(const timespec& t) {
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}

// 0 where there is no such clock (of a thread that is gone).
inline std::uint64_t now(clockid_t clock) {
    timespec t{};
    call(SYS_clock_gettime, clock, word(&t));
    return to_ns(t);
}

// The CPU clock of a thread of this process. Linux encodes it in the clock id: ~tid in the upper bits, 4 for "one
// thread", 2 for "scheduled time".
inline clockid_t cpu_clock_of(int tid) { return static_cast<clockid_t>(~static_cast<unsigned>(tid) << 3 | 6); }

// The kernel's clock_gettime that needs no system call (vdso(7)), called past everything that could stand in front of
// libc's. Null until the agent has found it, and where the kernel has none.
inline int (*vdso_clock_gettime)(clockid_t, timespec*) = nullptr;

// CLOCK_MONOTONIC, in about 20 ns.
inline std::uint64_t monotonic_now() {
    timespec t{};
    if (vdso_clock_gettime == nullptr || vdso_clock_gettime(CLOCK_MONOTONIC, &t) != 0) return now(CLOCK_MONOTONIC);
    return to_ns(t);
}

// Blocks or unblocks (`how`) one signal in the calling thread.
inline void mask_signal(int how, int signal) {
    const std::uint64_t set = 1ULL << (signal - 1);
    call(SYS_rt_sigprocmask, how, word(&set), 0, sizeof set);
}

inline rlimit limit(int resource) {
    rlimit value{RLIM_INFINITY, RLIM_INFINITY};
    call(SYS_prlimit64, 0, resource, 0, word(&value));
    return value;
}

}  // namespace pyprof::capture::sys
