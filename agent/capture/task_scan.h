#pragma once
// Finds threads that no hook saw start (raw clone, or started before the agent worked) and gives them a timer.
#include <cstdint>

namespace pyprof::capture {

// Called from handlers; looks at /proc/self/task at most every 200 ms, and only when the number of tasks is not the
// number of threads known. Async-signal-safe.
void scan_tasks_if_due(std::uint64_t now_ns);

// Looks now. Not from a handler.
void scan_tasks();

// Set by the owner of the threads: makes a state with a timer for `tid` unless it is known.
extern void (*adopt_thread)(int tid);

}  // namespace pyprof::capture
