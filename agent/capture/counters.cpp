#include "agent/capture/counters.h"

#include "agent/capture/process_state.h"
#include "agent/capture/thread_state.h"

namespace pyprof::capture {

[[gnu::section(".data")]] Counters counters;

void begin_counters(ThreadState& thread) {
    for (std::uint64_t& value : thread.counted_events) value = 0;
    if (thread.counters.events >= 0) counters.read(thread.counters, thread.counted_events);
}

namespace {

[[gnu::noinline]] void charge_events(ThreadState& thread, std::uint32_t node) {
    std::uint64_t values[wire::max_extra_metrics];
    if (!counters.read(thread.counters, values)) {
        thread.counters.events = -1;
        count_loss(wire::Loss::counters_lost);
        return;
    }
    for (std::uint32_t i = 0; i < counters.count; ++i) {
        // Multiplexed events are scaled estimates, which may go back a little.
        if (values[i] <= thread.counted_events[i]) continue;
        thread.tree.charge_extra(node, i, values[i] - thread.counted_events[i]);
        thread.counted_events[i] = values[i];
    }
}

}  // namespace

[[gnu::hot]] void charge_counters(ThreadState& thread, std::uint32_t node) {
    if (thread.counters.events >= 0) charge_events(thread, node);
}

}  // namespace pyprof::capture
