#pragma once
// Waiting for an MPI request without spinning and never for ever.
#include <chrono>

#include "agent/mpi/library.h"

namespace pyprof::mpi {

using Clock = std::chrono::steady_clock;

// Polls with growing sleeps (50 µs, then a 32nd of what was waited, at most 5 ms) until the request is complete. False
// if it failed, was not started or the deadline passed; a request given up stays with the library, so its buffers must
// live on.
bool wait_until(Library& library, std::optional<Request> request, Clock::time_point deadline);

}  // namespace pyprof::mpi
