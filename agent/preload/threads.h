#pragma once
// The threads of this process that are sampled: their states, their engines, and what becomes of them when they end.
//
// `begin_thread` and `end_thread` run in the thread itself, outside handlers. `adopt` may run in a handler. The
// functions that touch all threads (`stop_sampling` …) are for the one thread that ends or restarts a recording.
#include <cstdint>

#include "agent/capture/thread_state.h"
#include "agent/preload/engine.h"

namespace pyprof::preload {

// The calling thread's state; nullptr if it has none.
capture::ThreadState* this_thread();

// The state of the thread that this signal interrupted, which is the calling one; nullptr if it has none, or the signal
// is none of ours. In handlers.
capture::ThreadState* thread_of_signal(const siginfo_t& info);

struct ThreadOrigin {
    std::uint64_t start_routine = 0;  // address of the function, 0 for the main thread
    std::uint32_t spawned_by = 0;     // node in the creator's tree
    std::uint64_t starter = 0;        // pthread_self() of the thread with Python behind it, 0 unknown
    std::uint64_t cpu_base_ns = 0;    // CPU time that was used before anybody wanted to know
};

// Which engine arms threads from now on. Before the first thread.
void set_engine(const EngineChoice& choice);

// Gives the calling thread a state, arms it and unblocks the engines' signal in it.
void begin_thread(const ThreadOrigin& origin);

// Disarms it, settles the CPU time that no signal arrived for, and keeps or folds the thread's tree.
void end_thread();

// As begin_thread for a thread that is already running; nothing happens if it is known or has hardly run yet.
// Async-signal-safe.
void adopt(int tid);
// For threads that are older than our interest in them: what they used so far is left out.
void adopt_from_now(int tid);
// Lets go of adopted threads that are gone. Async-signal-safe.
void drop_ended();

// Calls visit(state, argument) for every thread; a state may go over to another thread meanwhile, which its `ended` and
// `tid` tell inside it.
void visit_threads(void (*visit)(capture::ThreadState&, std::uint64_t), std::uint64_t argument);

// No sample is being taken anywhere when this returns true (waits at most 20 ms for handlers under way).
bool stop_sampling();
void restart_sampling();

// Charges the process's CPU time that no signal arrived for to the calling thread, after sampling has stopped. That may
// be the first sample of a short process, and open its recording.
void settle_process();

// Writes names and CPU times of living threads into their records.
void update_records();

// The recording changes or is gone: every state forgets its record and its tree.
void forget_recording();

// After a fork, before anything else here: what the engine does then.
void threads_after_fork(bool in_child);

// In a forked child: only the calling thread is left.
void keep_only_this_thread();

}  // namespace pyprof::preload
