#pragma once
// Calls of MPI, counted for libpyprof-mpi.so (agent_api.h): the rows of the calling thread. Outside handlers.
#include <cstdint>

#include "agent/preload/agent_api.h"

namespace pyprof::preload {

// Whether the cycle counter runs at one rate whatever the processor does, and in all cores alike (invariant TSC: Intel
// SDM volume 3, 18.17.1; CPUID leaf 0x80000007).
bool has_steady_ticks();

std::uint64_t calling_line();
void count_call(const PyprofCall* call);

}  // namespace pyprof::preload
