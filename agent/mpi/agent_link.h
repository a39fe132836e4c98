#pragma once
// The agent in this process, as far as this library needs it.
#include "agent/preload/agent_api.h"

namespace pyprof::mpi {

// nullptr if the process is not profiled and never will be. Looked up at each call.
const PyprofAgentApi* agent();

}  // namespace pyprof::mpi
