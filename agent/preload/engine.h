#pragma once
// The engines (agent/capture/engine.h) and the choice among them.
#include "agent/capture/engine.h"
#include "agent/capture/thread_state.h"

namespace pyprof::preload {

extern const capture::Engine cpu_engine;  // CPU timers of the kernel

// True after each run of 8 to 24 samples: long enough to cost nothing, short against any figure in a report.
bool phase_ends(capture::Arming& arming);

}  // namespace pyprof::preload
