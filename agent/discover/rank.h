#pragma once
// The MPI rank as the launcher's environment tells it, before MPI_Init confirms it.
#include <cstdint>

namespace pyprof::discover {

struct RankHint {
    std::int32_t rank = -1;  // -1: no launcher that we know
    std::int32_t count = 0;  // 0: unknown
};

// Reads the environment; not async-signal-safe. Order and names: docs/architecture.md, "Ranks".
RankHint rank_from_environment();

}  // namespace pyprof::discover
