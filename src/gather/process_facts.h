#pragma once
// Facts about one process and its threads: from a recording's header, and from two recordings of the same process.
#include "gather/tree.h"
#include "wire/decoder.h"

namespace pyprof::gather {

Process process_facts(const wire::Recording& recording);

// Of the cycle counter; 0 if its frequency is unknown.
std::uint64_t ticks_to_ns(std::uint64_t ticks, std::uint64_t ticks_per_ms);

// Handler durations in nanoseconds from buckets of cycle counter ticks. A bucket goes where its geometric middle
// falls, so durations are off by less than half a bucket (9 %) and no count is lost. Empty if the counter's
// frequency (ticks per µs × 1000) is unknown.
std::vector<std::uint64_t> histogram_in_ns(const std::uint64_t (&ticks)[wire::handler_buckets],
                                           std::uint64_t ticks_per_ms);

// Adds a further recording of the same process. What was counted per recording is added; what the system counts for
// the process since its start (CPU time, peak memory) is the larger one. Does not depend on the order.
void merge_process(Process& into, const Process& from);

// Adds what another recording says of the same thread.
void merge_thread(Thread& into, const Thread& from);

// Adds further calls of the same kind by the same thread.
void merge_call(Call& into, const Call& from);

}  // namespace pyprof::gather
