#pragma once
// Taking one sample. `on_sample` is the handler of the engines' signal; the rest is for the agent's own code in a
// thread that holds an InsideAgent.
#include <signal.h>

#include "agent/capture/registers.h"
#include "agent/capture/thread_state.h"

namespace pyprof::capture {

void on_sample(int signal, siginfo_t* info, void* context) noexcept;

// Set by the owner of the threads before the first signal: whom it interrupted; nullptr: nobody of ours.
// Async-signal-safe.
extern ThreadState* (*interrupted_thread)(const siginfo_t& info);

// Whether its start routine lies in a library that keeps a pool of threads.
bool is_of_pool(const ThreadState& thread);

// Makes sure that the thread has its record. False: no memory, no disk.
bool ensure_record(ThreadState& thread, const InsideAgent& inside);
// Makes sure that the thread has its record and a tree. False: no memory, no disk; ThreadState::no_room tells whether
// there is a recording all the same.
bool ensure_thread(ThreadState& thread, const InsideAgent& inside);

// Leaves out the agent's own frames (thread starts, wrappers) and, without native stacks, everything native.
void keep_wanted(MergedStack& stack);

// The context the thread is in now, as a node of its tree, without charging anything; 0 if it cannot be had.
std::uint32_t current_context(ThreadState& thread, const Registers& registers, const InsideAgent& inside);

// Charges expiries that no stack was taken for to the thread's start routine.
void charge_late(ThreadState& thread, std::uint64_t expiries, const InsideAgent& inside);

// Charges expiries that had their moment and no signal to where the caller stands. In the thread itself.
void charge_here(ThreadState& thread, std::uint64_t expiries, const Registers& registers, const InsideAgent& inside);

// Charges what was counted since the last sample to the thread's start routine. Where the thread ends.
void charge_last_counters(ThreadState& thread, const InsideAgent& inside);

// The registers of the caller, good enough to start a walk from.
Registers registers_here();

}  // namespace pyprof::capture
