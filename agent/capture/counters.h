#pragma once
// Event counters as a sample sees them: values of the calling thread, whose growth is charged to the sample's context.
#include <cstdint>

#include "wire/recording.h"

namespace pyprof::capture {

struct ThreadState;

// The descriptors through which one thread's events are counted, each with the number that the kernel gave its event:
// a program may close descriptors that it does not know, and open files of its own under their numbers.
struct CounterSet {
    static constexpr std::uint32_t max_descriptors = wire::max_extra_metrics;
    int events = -1;  // the library's number of the set; negative: nothing is counted
    // Descriptors of the events that the kernel counts by itself, in the order in which they were asked for.
    int kernel_event[max_descriptors] = {};
    std::uint32_t descriptor_count = 0;
    int descriptor[max_descriptors] = {};
    std::uint64_t event_id[max_descriptors] = {};
};

// Reads `values[0 … count)`, totals since the set was started. Async-signal-safe. False: no values now.
using ReadCounters = bool (*)(const CounterSet& set, std::uint64_t* values);

// Set once before the first sample, by whoever counts.
struct Counters {
    std::uint32_t count = 0;  // the first `count` extra metrics of the recording
    ReadCounters read = nullptr;
};
extern Counters counters;

// Takes the values of now as the last look: what was counted before is nobody's. In the thread itself.
void begin_counters(ThreadState& thread);

// Charges what was counted for `thread` since the last look to `node` of its tree. In the thread's handler, or while
// no handler of it can run.
void charge_counters(ThreadState& thread, std::uint32_t node);

}  // namespace pyprof::capture
