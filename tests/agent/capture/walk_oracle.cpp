#include "tests/agent/capture/walk_oracle.h"

#define UNW_LOCAL_ONLY
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <dlfcn.h>
#include <libunwind.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/capture/native_code.h"
#include "agent/capture/native_walk.h"

extern "C" void pyprof_test_set_trap_flag();  // walk_oracle_code.S
extern "C" void pyprof_test_clear_trap_flag();

namespace pyprof::capture {
namespace {

constexpr std::uint32_t max_oracle_frames = max_native_frames + 8;
constexpr std::uint32_t max_kept = 5;

struct Difference {
    std::uint32_t at, own_count, oracle_count;
    WalkEnd own_end;
    int oracle_end;  // what unw_step returned last
    std::uint64_t own[max_native_frames];
    std::uint64_t own_sp[max_native_frames];
    std::uint64_t oracle[max_oracle_frames];
};

RecordingWriter writer;
OracleCounts counts;
Difference kept[max_kept];
std::uint32_t kept_count;
timer_t timer;
unsigned step_every = 1, step_number;

struct ThreadState {
    StackBounds bounds;
    WalkMemo memo;
    NativeStack own;
    std::uint64_t oracle[max_oracle_frames];
};
// Lives until the process ends: a last signal may still come.
thread_local ThreadState* thread_state;

int sampling_signal() { return SIGRTMIN + 6; }

// The pcs that libunwind finds; `end` is 0 at the bottom, negative after an error.
std::uint32_t walk_oracle(const ucontext_t& context, std::uint64_t* pcs, int& end) {
    unw_context_t copy;
    __builtin_memcpy(&copy, &context, std::min(sizeof copy, sizeof context));
    unw_cursor_t cursor;
    std::uint32_t count = 0;
    end = unw_init_local2(&cursor, &copy, UNW_INIT_SIGNAL_FRAME);
    if (end < 0) return 0;
    do {
        unw_word_t ip = 0;
        unw_get_reg(&cursor, UNW_REG_IP, &ip);
        if (ip == 0 && count != 0) {
            end = 0;
            break;
        }
        pcs[count++] = ip;
    } while (count < max_oracle_frames && (end = unw_step(&cursor)) > 0);
    return count;
}

void keep_difference(const ThreadState& thread, std::uint32_t at, std::uint32_t oracle_count, int end) {
    const NativeStack& own = thread.own;
    if (kept_count == max_kept) return;
    Difference& difference = kept[kept_count++];
    difference.at = at;
    difference.own_count = own.count;
    difference.oracle_count = oracle_count;
    difference.own_end = own.end;
    difference.oracle_end = end;
    for (std::uint32_t i = 0; i < own.count; ++i) {
        difference.own[i] = own.frames[i].pc;
        difference.own_sp[i] = own.frames[i].sp;
    }
    std::copy(thread.oracle, thread.oracle + oracle_count, difference.oracle);
}

// How many frames may be held against the oracle: those before the first guess.
std::uint32_t unguessed_frames(const NativeStack& own) {
    for (std::uint32_t i = 0; i < own.count; ++i)
        if (own.frames[i].guessed) return i;
    return own.count;
}

std::uint64_t& judge(const ThreadState& thread, std::uint32_t oracle_count, int end, std::uint32_t& at) {
    const NativeStack& own = thread.own;
    const std::uint32_t certain = unguessed_frames(own);
    const std::uint32_t both = std::min(certain, oracle_count);
    for (at = 0; at < both; ++at)
        if (own.frames[at].pc != thread.oracle[at]) return counts.different;
    if (own.end == WalkEnd::stopped) return counts.stopped;
    if (own.guessed) {
        if (certain > 0 && own.frames[certain].module != own.frames[certain - 1].module)
            __atomic_fetch_add(&counts.other_module, 1, __ATOMIC_RELAXED);
        return counts.no_unwind_information;
    }
    if (own.end == WalkEnd::full) return oracle_count > own.count ? counts.too_deep : counts.different;
    if (own.count == oracle_count && end == 0) return counts.equal;
    return own.count > oracle_count && end < 0 ? counts.oracle_stopped : counts.different;
}

void on_signal(int, siginfo_t*, void* context) {
    const int saved = errno;
    compare_walks(*static_cast<const ucontext_t*>(context));
    errno = saved;
}

void on_trap(int, siginfo_t*, void* context) {
    const int saved = errno;
    if (step_number++ % step_every == 0) compare_walks(*static_cast<const ucontext_t*>(context));
    errno = saved;
}

void install(int signal, void (*handler)(int, siginfo_t*, void*)) {
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
}

void print_place(const char* whose, std::uint64_t pc, std::uint64_t sp) {
    Dl_info info = {};
    dladdr(reinterpret_cast<void*>(pc), &info);
    std::printf("    %-6s %#lx sp %#lx %s %s+%#lx\n", whose, pc, sp, info.dli_fname ? info.dli_fname : "?",
                info.dli_sname ? info.dli_sname : "",
                info.dli_saddr ? pc - reinterpret_cast<std::uint64_t>(info.dli_saddr) : 0);
}

}  // namespace

void set_up_oracle() {
    native_code.set_up(writer, "/proc/self/exe");
    unw_set_caching_policy(unw_local_addr_space, UNW_CACHE_GLOBAL);
    install(sampling_signal(), on_signal);
    install(SIGTRAP, on_trap);
    register_oracle_thread();
}

void register_oracle_thread() {
    pthread_attr_t attributes;
    void* low = nullptr;
    std::size_t bytes = 0;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &low, &bytes);
    pthread_attr_destroy(&attributes);
    auto* const state = new ThreadState{};
    state->bounds = {reinterpret_cast<std::uint64_t>(low), reinterpret_cast<std::uint64_t>(low) + bytes};
    thread_state = state;
}

void compare_walks(const ucontext_t& context) {
    ThreadState& thread = *thread_state;
    walk_native(Registers::from(context), thread.bounds, thread.memo, thread.own);
    int end = 0;
    const std::uint32_t count = walk_oracle(context, thread.oracle, end);
    std::uint32_t at = 0;
    std::uint64_t& verdict = judge(thread, count, end, at);
    if (&verdict == &counts.different || &verdict == &counts.stopped) keep_difference(thread, at, count, end);
    __atomic_fetch_add(&verdict, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&counts.compared, 1, __ATOMIC_RELAXED);
}

const OracleCounts& oracle_counts() { return counts; }

void print_oracle(const char* title) {
    std::printf(
        "%s: compared %lu, equal %lu, different %lu; excluded: guessed %lu (in another object %lu), stopped %lu, "
        "oracle stopped %lu, too deep %lu\n",
        title, counts.compared, counts.equal, counts.different, counts.no_unwind_information, counts.other_module,
        counts.stopped, counts.oracle_stopped, counts.too_deep);
    for (std::uint32_t i = 0; i < kept_count; ++i) {
        const Difference& difference = kept[i];
        std::printf("  %s at frame %u, own %u frames, oracle %u, ended with %d\n",
                    difference.own_end == WalkEnd::stopped ? "stopped" : "difference", difference.at,
                    difference.own_count, difference.oracle_count, difference.oracle_end);
        const std::uint32_t first = difference.at > 2 ? difference.at - 2 : 0;
        for (std::uint32_t at = first; at < first + 6; ++at) {
            if (at < difference.own_count) print_place("own", difference.own[at], difference.own_sp[at]);
            if (at < difference.oracle_count) print_place("oracle", difference.oracle[at], 0);
        }
    }
    std::fflush(stdout);
}

void start_sampling(unsigned hertz) {
    sigevent event = {};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = sampling_signal();
    event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    const long period = 1000000000L / static_cast<long>(hertz);
    const itimerspec setting = {{0, period}, {0, period}};
    timer_settime(timer, 0, &setting, nullptr);
}

void stop_sampling() { timer_delete(timer); }

void start_stepping(unsigned every) {
    step_every = every;
    pyprof_test_set_trap_flag();
}

void stop_stepping() { pyprof_test_clear_trap_flag(); }

}  // namespace pyprof::capture
