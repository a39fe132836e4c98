#pragma once
// Finds threads that no hook saw start (raw clone, or started before the agent worked) and gives them a timer.
#include <cstdint>

namespace pyprof::capture {

// Called from handlers; counts the tasks of /proc/self/task every second, after four seconds less often, down to every
// four, and as soon as the process has used 50 ms of CPU time more that no sample stands for: somebody unknown
// works. (Counting costs 2 us, with cold caches 6 to 25.)
// Looks at them only when there are not as many as threads are known: then threads are missing, or adopted ones have
// ended. Async-signal-safe.
void scan_tasks_if_due(std::uint64_t now_ns);

// Looks now. Not from a handler.
void scan_tasks();

// Set by the owner of the threads: makes a state with a timer for `tid` unless it is known.
extern void (*adopt_thread)(int tid);
// Set likewise: lets go of adopted threads that are gone; nothing tells when they end.
extern void (*drop_ended_threads)();

}  // namespace pyprof::capture
