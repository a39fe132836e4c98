#pragma once
// The figures and facts in the header of a recording. All functions are async-signal-safe.
#include "agent/capture/process_state.h"

namespace pyprof::capture {

// Opens the recording if it is closed. False: it is not open (yet), take no sample now.
bool ensure_recording();

// CPU time of the process without the agent's own threads, and of those, since the process began.
std::uint64_t program_cpu_ns();
std::uint64_t own_cpu_ns();

// Copies what is known about rank and interpreter into the recording, if it is open.
void update_facts();

// Brings time and CPU time up to date.
void update_figures();

// CLOCK_MONOTONIC as of now, from the cycle counter and what it counted until the figures were updated last: a reading
// of the clock touches pages of the kernel's that a sample needs for nothing else.
std::uint64_t time_of_sample();

// update_figures(), at most once in 16 ms, later on once in a 128th of the run (the process clock is a system call of
// more than a microsecond, with cold caches two): a process that is killed has told all but its last milliseconds.
void update_figures_if_due(std::uint64_t now_ns);

// The last word: figures, how the process went on, and the name that tells readers that it is complete.
void finish_recording(wire::ProcessState how);

// Adds one sample's expiries to the time slice of `now_ns`.
void count_slice(std::uint64_t now_ns, wire::SliceCategory category, std::uint32_t expiries);

// Adds a handler's duration to the histogram.
void count_handler(std::uint64_t duration_ticks);

}  // namespace pyprof::capture
