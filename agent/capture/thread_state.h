#pragma once
// What one thread needs to take samples: its engine, its tree and room for the stacks. Mapped outside the heap, reused
// by later threads, never unmapped.
#include <atomic>
#include <cstdint>

#include "agent/capture/call_counts.h"
#include "agent/capture/call_tree.h"
#include "agent/capture/calling_line.h"
#include "agent/capture/counters.h"
#include "agent/capture/driver.h"
#include "agent/capture/engine.h"
#include "agent/capture/merged_stack.h"
#include "agent/capture/native_stack.h"
#include "agent/capture/native_walk.h"
#include "agent/capture/python_memo.h"
#include "agent/capture/python_stack.h"
#include "agent/capture/python_state.h"
#include "agent/capture/registers.h"
#include "agent/capture/syscalls.h"
#include "agent/capture/waiting.h"
#include "wire/recording.h"

namespace pyprof::capture {

// The node a sample was charged to, and how many frames it had.
struct SampleExtent {
    std::uint32_t node = 0, native = 0, python = 0, merged = 0;
};

struct ThreadState {
    // Who works on this state: its thread's id, negative for another thread, 0 for nobody. A signal now is counted and
    // left alone. Never reset: who came in goes out.
    std::atomic<int> inside{0};
    int tid = 0;
    Arming arming;
    bool adopted = false;  // no hook saw it start, none will see it end
    StackBounds stack{};
    std::uint64_t cpu_base_ns = 0;  // its CPU time when it became known; what came before is nobody's
    std::uint64_t counted = 0;      // expiries charged so far
    std::uint64_t pending = 0;      // expiries that arrived at a bad moment; the next sample takes them
    SampleExtent last_sample{};
    std::uint64_t sampled_until = 0;         // ticks() when that ended
    std::uint64_t spared_until = 0;          // ticks(): no sample is taken before, so that the program goes on
    std::uint32_t samples_on_cpu_clock = 0;  // so many more look at the thread's CPU time: one was put aside
    std::uint64_t start_routine = 0;         // address given to pthread_create
    std::uint32_t spawned_by = 0;            // node in the creator's tree
    std::uint64_t started_ns = 0;
    wire::ThreadRecord* record = nullptr;  // in the recording; made at the first sample
    bool is_python = false;                // said in that record
    bool no_room = false;                  // when it was last tried, the recording had none for it or its tree
    ThreadName name{};                     // in that record
    std::uint64_t pthread = 0;             // pthread_self(), 0 unknown
    int* errno_place = nullptr;            // of the thread; found by its first sample
    bool ended = false;                    // it is past its last look at itself
    std::uint64_t starter = 0;             // pthread_self() of the thread with Python that started it, 0 unknown
    Waiting waiting;
    CounterSet counters;
    std::uint64_t counted_events[wire::max_extra_metrics] = {};  // values at the last look
    CallTree tree;
    WalkMemo memo;
    PythonMemo python_memo;
    NativeStack native;
    PythonStack python;
    MergedStack merged;
    // From here on not every sample is interested.
    Driver driver;
    // Calls of MPI, by the thread itself outside handlers. `counting` says that it is at them now: whoever takes the
    // recording away sets ProcessState::stopping and waits for 0; the thread sets it to 1 and looks at `stopping`.
    std::atomic<std::uint32_t> counting{0};
    CallCounts calls;
    CallingLine calling_line;

    // Makes the state of a new thread of memory that is all zero or was another thread's state. Touches only what must
    // be touched: most of the object is room that a shallow stack never needs. The tree and the calls must have been
    // given back.
    void begin(int new_tid) {
        tid = new_tid;
        pthread = 0;
        ended = false;
        counting.store(0, std::memory_order_relaxed);
        waiting = {};
        arming.forget();
        adopted = false;
        stack = {};
        cpu_base_ns = counted = pending = sampled_until = spared_until = start_routine = started_ns = 0;
        spawned_by = 0;
        starter = 0;
        driver.starter = driver.thread = 0;
        driver.count = driver.pause = 0;
        record = nullptr;
        errno_place = nullptr;
        no_room = false;
        samples_on_cpu_clock = 0;
        counters = {};
        memo.count = 0;
        python_memo.count = 0;
        python_memo.thread = 0;
    }
};

// Marks the thread as being in the agent's code for as long as the object lives; `entered` is false if it already was.
// Its own handler and a thread of the agent that looks at it keep each other out; neither waits.
class InsideAgent {
public:
    explicit InsideAgent(ThreadState& thread) : thread_{thread}, entered_{enter(thread.tid)} {}
    // For a thread that looks at another's state.
    enum Visitor { visitor };
    InsideAgent(ThreadState& thread, Visitor) : thread_{thread}, entered_{enter(somebody_else)} {}
    // Not in a handler: waits until nobody else is inside, a few microseconds. Its own handler cannot be: if it seems
    // to be, the thread was cancelled there.
    enum Wait { wait };
    InsideAgent(ThreadState& thread, Wait) : thread_{thread}, entered_{true} {
        while (!enter(thread.tid) && thread.inside.load(std::memory_order_acquire) != thread.tid)
            sys::call(SYS_sched_yield);
    }
    ~InsideAgent() {
        if (entered_) thread_.inside.store(0, std::memory_order_release);
    }
    InsideAgent(const InsideAgent&) = delete;
    InsideAgent& operator=(const InsideAgent&) = delete;
    bool entered() const { return entered_; }

private:
    static constexpr int somebody_else = -1;

    bool enter(int who) {
        int nobody = 0;
        return thread_.inside.compare_exchange_strong(nobody, who, std::memory_order_acquire);
    }

    ThreadState& thread_;
    bool entered_;
};

}  // namespace pyprof::capture
