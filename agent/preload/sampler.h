#pragma once
// A thread of the agent that ticks, for what the threads of the program cannot do themselves. It is made by a bare
// clone, so that libc does not know it: a small stack and a table of descriptors of its own, a thread-local area that
// nobody uses, all signals blocked, named "pyprof". It is left out of what is told about the program: task scans, CPU
// time of the process.
//
// It must not be there when the program forks: CPython 3.12 warns of forks with several threads, which it counts right
// after the fork in the parent. So samplers end in the handler before a fork and come back after it: in the child at
// once, in the parent too unless CPython 3.12 or later may count; then with the next sample or hook after some
// milliseconds of the forking thread's CPU time. They end by themselves with exec and exit.
#include <atomic>
#include <cstdint>

namespace pyprof::preload {

// One object in static memory for each such thread. All functions may be called from any thread and in handlers, but
// never from the tick.
class Sampler {
public:
    // Runs in the sampler's thread about once a period; the interval changes now and then by up to a sixteenth, so that
    // no program falls into step with it. Periods that it overslept are left out. Async-signal-safe; no errno, no
    // thread-locals, no lock that a thread of the program may hold; 32 KiB of stack. `now_ns` is CLOCK_MONOTONIC.
    using Tick = void (*)(std::uint64_t now_ns);

    // `place`: which of capture::process.own_threads it is.
    constexpr explicit Sampler(std::uint32_t place) : place_{place} {}

    // False: the system gives no thread or memory. No effect if it runs.
    bool start(std::uint64_t period_ns, Tick tick);
    // The thread is gone when this returns (it waits for the tick under way), and does not come back.
    void stop();
    bool runs() const { return state_.load(std::memory_order_acquire) == State::running; }
    // A fork ended it, and it has not come back yet.
    bool waits() const { return state_.load(std::memory_order_acquire) == State::paused; }

    // As stop, but comes back. For all samplers at once, below.
    void pause();
    void come_back();
    void forget_thread();

private:
    enum class State : std::uint32_t { stopped, paused, changing, running };

    static void enter(Sampler* self);
    void run();
    bool sleep_until(std::uint64_t when_ns) const;
    bool launch();
    bool take(State from);
    bool join();
    void wait_for_change() const;
    void end(State then);

    std::atomic<State> state_{State::stopped};
    std::atomic<std::uint32_t> ending_{0};  // the thread sleeps on this word
    std::uint32_t place_;
    std::uint64_t period_ns_ = 0;
    Tick tick_ = nullptr;
    void* memory_ = nullptr;  // stack and thread-local area, kept for the next thread
};

// Before a fork: no sampler's thread is left when this returns.
void pause_samplers();
// After it, in the parent and in the child.
void samplers_after_fork(bool in_child);
// Samplers that a fork ended start again at once: where nobody counts threads, and in the child when it is ready.
void samplers_come_back_at_once();
// The same, unless the fork is under way or was a moment ago. Costs a load when none waits; for handlers and hooks.
void samplers_come_back();

}  // namespace pyprof::preload
