#include "agent/discover/rank.h"

#include <stdlib.h>

#include "agent/discover/text.h"

namespace pyprof::discover {
namespace {

struct Launcher {
    const char* rank;
    const char* count;
};

// The most specific first. MVAPICH2's mpirun_rsh sets PMI_RANK=0 everywhere, and SLURM_PROCID=0 is also set in a batch
// shell, so those come late. Slurm counts only when a job step says so.
constexpr Launcher launchers[] = {
    {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"},
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
    {"PALS_RANKID", "PALS_NRANKS"},
    {"FLUX_TASK_RANK", "FLUX_JOB_SIZE"},
    {"JSM_NAMESPACE_RANK", "JSM_NAMESPACE_SIZE"},
    {"PMIX_RANK", "PMIX_SIZE"},
    {"PMI_RANK", "PMI_SIZE"},
    {"ALPS_APP_PE", "ALPS_APP_SIZE"},
};

RankHint hint(const char* rank_name, const char* count_name) {
    RankHint found;
    found.rank = static_cast<std::int32_t>(number_or(getenv(rank_name), -1));
    if (found.rank >= 0) found.count = static_cast<std::int32_t>(number_or(getenv(count_name), 0));
    return found;
}

}  // namespace

RankHint rank_from_environment() {
    for (const Launcher& launcher : launchers) {
        const RankHint found = hint(launcher.rank, launcher.count);
        if (found.rank >= 0) return found;
    }
    const char* step = getenv("SLURM_STEP_ID");
    if (step != nullptr && number_or(step, -1) >= 0) return hint("SLURM_PROCID", "SLURM_NTASKS");
    return {};
}

}  // namespace pyprof::discover
