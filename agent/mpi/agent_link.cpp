#include "agent/mpi/agent_link.h"

#include <dlfcn.h>

namespace pyprof::mpi {

const PyprofAgentApi* agent() {
    const auto get = reinterpret_cast<decltype(&pyprof_agent_api)>(dlsym(RTLD_DEFAULT, "pyprof_agent_api"));
    return get == nullptr ? nullptr : get(pyprof_agent_api_version);
}

}  // namespace pyprof::mpi
