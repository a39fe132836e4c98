#pragma once
// The descriptors of perf events that this process holds. Not for handlers but for `still_ours`.
#include "agent/capture/counters.h"

namespace pyprof::counters {

// Remembers which perf events are open, so that those opened afterwards can be told.
class OpenEvents {
public:
    OpenEvents();
    // Adds the events opened since construction to the set, and keeps them from programs that are executed. False: more
    // than a set holds, or they cannot be told.
    bool add_new_to(capture::CounterSet& set) const;

private:
    static constexpr int most = 4096;  // descriptors with larger numbers are not seen
    std::uint64_t open_[most / 64] = {};
};

// Whether every descriptor of the set is still the event that it was. Async-signal-safe.
bool still_ours(const capture::CounterSet& set);

// Closes the set's descriptors that are still its own: what a forked child inherited.
void close_all(const capture::CounterSet& set);

}  // namespace pyprof::counters
