#pragma once
// The engines (agent/capture/engine.h) and the choice among them.
#include <cstdint>

#include "agent/capture/engine.h"
#include "agent/capture/thread_state.h"

namespace pyprof::preload {

extern const capture::Engine cpu_engine;  // CPU timers of the kernel

// Starts the thread's random numbers anew.
void seed(capture::Arming& arming, int tid);
// Uniform in [0, bound). Async-signal-safe.
std::uint64_t random_below(capture::Arming& arming, std::uint64_t bound);
// True after each run of 8 to 24 samples: long enough to cost nothing, short against any figure in a report.
bool phase_ends(capture::Arming& arming);

}  // namespace pyprof::preload
