#pragma once
// Wall mode: a sampler that looks at every thread of the program once a period and charges the time it spends off the
// CPU (agent/capture/waiting.h). The time on the CPU is sampled as ever.
#include <cstdint>

namespace pyprof::preload {

// False: the system gives no thread.
bool start_watching();
// Nobody is looked at when this returns.
void stop_watching();

}  // namespace pyprof::preload
