#pragma once
// What interrupts a thread while it uses CPU time, as a table of functions. Every thread knows the engine that
// interrupts it, so that one thread can fall to another where the system refuses the first.
//
// All engines cut a thread's CPU time into periods (process.period_ns), take about one sample in each and raise the
// same signal (process.signal). `periods` tells how many periods a signal stands for, so that weights add up to the CPU
// time whatever was delivered. The moment within the period is random and changes now and then, so that no program
// falls into step with it; the period stays, so totals stay exact (docs/decisions/0062-a-new-phase-now-and-then.md).
#include <atomic>
#include <cstdint>
#include <signal.h>

#include "agent/capture/random.h"
#include "wire/recording.h"

namespace pyprof::capture {

struct ThreadState;

struct Engine {
    wire::Engine kind;
    const char* name;

    // Begins to interrupt `thread`, the first period beginning at `from_ns` of its CPU time. False: the system refuses,
    // nothing was changed. Any thread; async-signal-safe.
    bool (*arm)(ThreadState& thread, std::uint64_t from_ns);
    // Ends that; a signal under way may still arrive. No effect on a thread that is not armed. Any thread;
    // async-signal-safe.
    void (*disarm)(ThreadState& thread);

    // In the handler of the thread itself: how many periods the signal stands for; 0: it is none of ours.
    std::uint64_t (*periods)(ThreadState& thread, const siginfo_t& info);
    // In the handler of the thread itself, after a sample: perhaps another moment within the period from here on.
    void (*change_phase)(ThreadState& thread);
    // Of a thread that is not armed any more: how many periods had their moment before `cpu_ns` of its CPU time, and no
    // signal. nullptr: no period is missed.
    std::uint64_t (*overdue)(const ThreadState& thread, std::uint64_t cpu_ns);

    // After a fork, in the parent and in the child, in which no thread is armed; nullptr: nothing to do.
    void (*after_fork)(bool in_child);
};

// What engines keep about a thread. Written by whoever arms it, then by its own handler
// (tgkill: by the sampler).
struct Arming {
    std::atomic<const Engine*> engine{nullptr};  // nullptr: nobody interrupts the thread
    int timer = -1;                              // id of the thread's kernel timer, -1: none
    void* event = nullptr;                       // perf: the mapping that keeps the thread's event
    std::atomic<std::uint64_t> due{0};           // tgkill: periods that the next signal will stand for
    std::uint64_t seen_ns = 0;                   // tgkill: its CPU time at the last look
    std::int64_t charged_to_ns = 0;              // its CPU time up to the end of the last period signalled
    std::uint64_t next_ns = 0;                   // cpu: its CPU time at the next moment
    std::uint64_t cpu_ns = 0;                    // perf: its CPU time at the last signal
    std::uint64_t rounding_ns = 0;               // added before parts of a period are cut off
    bool new_phase = false;                      // one began at the last sample
    Random random;
    std::uint32_t samples_to_change = 0;  // until the phase changes

    void forget() {
        engine.store(nullptr, std::memory_order_relaxed);
        timer = -1;
        event = nullptr;
        due.store(0, std::memory_order_relaxed);
        seen_ns = 0;
        charged_to_ns = 0;
        next_ns = 0;
        cpu_ns = 0;
        rounding_ns = 0;
        new_phase = false;
        samples_to_change = 0;
    }
};

}  // namespace pyprof::capture
