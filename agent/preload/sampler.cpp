#include "agent/preload/sampler.h"

#include <errno.h>
#include <linux/futex.h>

#include "agent/capture/process_state.h"
#include "agent/capture/random.h"
#include "agent/capture/syscalls.h"

namespace pyprof::preload {
namespace {

using capture::process;
namespace sys = capture::sys;

constexpr std::size_t guard_bytes = 4096;
constexpr std::size_t stack_bytes = 64u << 10;
constexpr std::size_t local_bytes = 4096;  // each side of the thread pointer
constexpr std::size_t memory_bytes = guard_bytes + stack_bytes + 2 * local_bytes;
constexpr std::uint64_t ticks_per_interval = 16;
constexpr std::uint64_t longest_join_ns = 2'000'000'000;
constexpr std::uint64_t quiet_after_fork_ns = 50'000'000;
constexpr std::uint64_t quiet_after_fork_cpu_ns = 2'000'000;  // of the thread that forked: it has counted by then
constexpr std::uint64_t longest_change_ns = 100'000'000;
constexpr std::uint64_t never_ns = ~0ULL;

std::atomic<Sampler*> samplers[capture::own_thread_slots];
[[gnu::section(".data")]] std::atomic<bool> some_paused{false};
std::atomic<std::uint64_t> come_back_ns{0};      // CLOCK_MONOTONIC; not before, or
std::atomic<std::uint64_t> come_back_cpu_ns{0};  // CPU time of the thread that forked last
std::atomic<int> forking_thread{0};

template <class Action>
void for_each_sampler(Action action) {
    for (auto& slot : samplers)
        if (Sampler* sampler = slot.load(std::memory_order_acquire)) action(*sampler);
}

long wait_on(const std::atomic<std::uint32_t>& word, std::uint32_t value, int operation, std::uint64_t when_ns) {
    const timespec when = sys::to_timespec(when_ns);
    constexpr long any_bit = 0xffffffff;
    return sys::call(SYS_futex, sys::word(&word), operation, value, sys::word(&when), 0, any_bit);
}

void wake(const std::atomic<std::uint32_t>& word) { sys::call(SYS_futex, sys::word(&word), FUTEX_WAKE_PRIVATE, 1); }

// clone(2) with a stack of its own: the new thread calls `enter(argument)`, which never returns. Thread id or -errno.
long clone_thread(void (*enter)(Sampler*), Sampler* argument, std::byte* stack_top, void* thread_pointer,
                  std::atomic<std::uint32_t>& tid) {
    constexpr long flags = CLONE_VM | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
                           CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    auto** const top = reinterpret_cast<void**>(stack_top) - 2;
    top[0] = argument;
    top[1] = reinterpret_cast<void*>(enter);
    register std::atomic<std::uint32_t>* child_tid __asm__("r10") = &tid;
    register void* local __asm__("r8") = thread_pointer;
    long result;
    __asm__ volatile(
        "syscall\n\t"
        "testq %%rax, %%rax\n\t"
        "jnz 1f\n\t"
        "xorl %%ebp, %%ebp\n\t"
        "popq %%rdi\n\t"
        "popq %%rax\n\t"
        "call *%%rax\n\t"
        "ud2\n"
        "1:"
        : "=a"(result)
        : "a"(SYS_clone), "D"(flags), "S"(top), "d"(&tid), "r"(child_tid), "r"(local)
        : "rcx", "r11", "memory");
    return result;
}

// Until the kernel has taken the thread off the process's list: it may still be counted after it left its stack.
void wait_until_unlisted(int tid) {
    const std::uint64_t deadline = sys::monotonic_now() + longest_join_ns;
    while (sys::call(SYS_tgkill, sys::get_pid(), tid, 0) != -ESRCH && sys::monotonic_now() < deadline)
        sys::call(SYS_sched_yield);
}

// The thread has a table of descriptors of its own, so that none it opens takes a number that the program counts on. It
// begins as a copy, which would keep the program's pipes open.
void close_copied_descriptors() {
    constexpr long close_range = 436;  // Linux 5.9
    if (sys::call(close_range, 0, 0xffffffff, 0) == 0) return;
    const rlimit limit = sys::limit(RLIMIT_NOFILE);
    const int end = limit.rlim_cur < 65536 ? static_cast<int>(limit.rlim_cur) : 65536;
    for (int fd = 0; fd < end; ++fd) sys::close(fd);
}

bool is_quiet_after_fork() {
    return sys::monotonic_now() < come_back_ns.load() &&
           sys::now(sys::cpu_clock_of(forking_thread.load())) < come_back_cpu_ns.load();
}

}  // namespace

bool Sampler::start(std::uint64_t period_ns, Tick tick) {
    if (runs()) return true;
    if (!take(State::stopped) && !take(State::paused)) return false;
    period_ns_ = period_ns;
    tick_ = tick;
    samplers[place_].store(this, std::memory_order_release);
    const bool launched = launch();
    state_.store(launched ? State::running : State::stopped, std::memory_order_release);
    return launched;
}

void Sampler::stop() { end(State::stopped); }
void Sampler::pause() { end(State::paused); }

void Sampler::come_back() {
    if (!take(State::paused)) return;
    state_.store(launch() ? State::running : State::paused, std::memory_order_release);
}

void Sampler::forget_thread() {
    process.own_threads[place_].store(0);
    if (state_.load() != State::stopped) state_.store(State::paused);
}

bool Sampler::take(State from) { return state_.compare_exchange_strong(from, State::changing); }

// Another thread may be starting it right now.
void Sampler::wait_for_change() const {
    const std::uint64_t deadline = sys::monotonic_now() + longest_change_ns;
    while (state_.load(std::memory_order_acquire) == State::changing && sys::monotonic_now() < deadline)
        sys::call(SYS_sched_yield);
}

// A thread that does not end in time keeps its memory, and the sampler stays as it is for good.
void Sampler::end(State then) {
    wait_for_change();
    State paused = State::paused;
    if (then == State::stopped && state_.compare_exchange_strong(paused, State::stopped)) return;
    if (!take(State::running)) return;
    if (join()) state_.store(then, std::memory_order_release);
}

bool Sampler::join() {
    auto& tid = process.own_threads[place_];
    const std::uint32_t id = tid.load();
    ending_.store(1);
    wake(ending_);
    const std::uint64_t deadline = sys::monotonic_now() + longest_join_ns;
    // The kernel's own wake-up at the end of a thread is not a private one.
    for (std::uint32_t now = id; now != 0; now = tid.load())
        if (wait_on(tid, now, FUTEX_WAIT_BITSET, deadline) == -ETIMEDOUT) return false;
    wait_until_unlisted(static_cast<int>(id));
    return true;
}

bool Sampler::launch() {
    if (memory_ == nullptr) memory_ = sys::map_anonymous(memory_bytes);
    if (memory_ == nullptr) return false;
    auto* const begin = static_cast<std::byte*>(memory_);
    sys::call(SYS_mprotect, sys::word(begin), guard_bytes, PROT_NONE);
    auto* const stack_top = begin + guard_bytes + stack_bytes;
    auto** const thread_pointer = reinterpret_cast<void**>(stack_top + local_bytes);
    *thread_pointer = static_cast<void*>(thread_pointer);  // as the ABI wants it
    ending_.store(0);
    std::uint64_t all = ~0ULL;
    std::uint64_t before = 0;
    sys::call(SYS_rt_sigprocmask, SIG_SETMASK, sys::word(&all), sys::word(&before), sizeof all);
    const long tid =
        clone_thread(enter, this, stack_top, static_cast<void*>(thread_pointer), process.own_threads[place_]);
    sys::call(SYS_rt_sigprocmask, SIG_SETMASK, sys::word(&before), 0, sizeof before);
    return tid > 0;
}

void Sampler::enter(Sampler* self) {
    close_copied_descriptors();
    sys::call(SYS_prctl, 15 /* PR_SET_NAME */, sys::word("pyprof"));
    sys::call(SYS_prctl, 29 /* PR_SET_TIMERSLACK */, 1);
    self->run();
    process.ended_own_cpu_ns.fetch_add(sys::now(CLOCK_THREAD_CPUTIME_ID));
    sys::call(SYS_exit, 0);
}

void Sampler::run() {
    capture::Random random;
    random.seed(capture::ticks());
    std::uint64_t interval_ns = 0;
    std::uint64_t when_ns = sys::monotonic_now() + random.below(period_ns_);
    for (std::uint64_t ticks = 0; sleep_until(when_ns); ++ticks) {
        const std::uint64_t now_ns = sys::monotonic_now();
        tick_(now_ns);
        if (ticks % ticks_per_interval == 0) interval_ns = period_ns_ - period_ns_ / 16 + random.below(period_ns_ / 8);
        when_ns = (when_ns + interval_ns > now_ns ? when_ns : now_ns) + interval_ns;
    }
}

bool Sampler::sleep_until(std::uint64_t when_ns) const {
    while (ending_.load() == 0)
        if (sys::monotonic_now() >= when_ns)
            return true;
        else
            wait_on(ending_, 0, FUTEX_WAIT_BITSET_PRIVATE, when_ns);
    return false;
}

// A sample that comes between this and the fork brings none back, though one may still be away from the last fork.
void pause_samplers() {
    come_back_ns.store(never_ns);
    come_back_cpu_ns.store(never_ns);
    for_each_sampler([](Sampler& sampler) { sampler.pause(); });
}

void samplers_after_fork(bool in_child) {
    if (in_child) process.ended_own_cpu_ns.store(0);
    for_each_sampler([in_child](Sampler& sampler) {
        if (in_child) sampler.forget_thread();
        some_paused.store(true);
    });
    forking_thread.store(sys::get_tid());
    come_back_cpu_ns.store(sys::now(CLOCK_THREAD_CPUTIME_ID) + quiet_after_fork_cpu_ns);
    come_back_ns.store(sys::monotonic_now() + quiet_after_fork_ns);
}

void samplers_come_back_at_once() {
    come_back_ns.store(0);
    samplers_come_back();
}

[[gnu::cold]] static void come_back_after_fork() {
    if (is_quiet_after_fork() || !some_paused.exchange(false)) return;
    for_each_sampler([](Sampler& sampler) { sampler.come_back(); });
}

[[gnu::hot]] void samplers_come_back() {
    if (some_paused.load(std::memory_order_relaxed)) come_back_after_fork();
}

}  // namespace pyprof::preload
