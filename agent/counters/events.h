#pragma once
// The events that the user asked for, and counting them thread by thread. Events "rusage::…" come from getrusage(2) and
// those of kernel_events.h from the kernel, which needs neither PAPI nor privileges; all others are PAPI's.
//
// All functions but the one that they put into capture::counters allocate and lock: outside handlers only.
#include <cstdint>

#include "agent/capture/counters.h"

namespace pyprof::counters {

// Takes "EVENT,EVENT,…" and finds out which of them can be counted. Fills `metrics` with their names, sets
// capture::counters and gives their number. What cannot be counted is said in `message`. Once, before any thread
// counts, and before the caller's own pthread_atfork: forks wait until no thread is being started.
std::uint32_t set_up(const char* list, wire::MetricInfo* metrics, char* message, std::uint32_t message_bytes);

// Starts counting for the calling thread; the set stays empty where nothing was asked for, and where threads come and
// go so fast that starting counters would cost more than half a percent of the run (Loss::counters_lost).
void start_thread(capture::CounterSet& set);
void stop_thread(capture::CounterSet& set);

// In a forked child, for the calling thread and for the threads that stayed with the parent.
void restart_after_fork(capture::CounterSet& set);
void abandon_after_fork(capture::CounterSet& set);

}  // namespace pyprof::counters
