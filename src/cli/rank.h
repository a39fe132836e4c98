#pragma once
// Which rank of which launcher this process is, before MPI_Init and without MPI: from the environment that mpirun,
// srun and their like give. Provisional: the agent confirms it after MPI_Init.
#include <optional>
#include <string>

#include "cli/environment.h"

namespace pyprof::cli {

struct RankPlace {
    int rank = 0;
    int size = 0;        // 0: the launcher does not say
    int local_size = 0;  // ranks on this host; 0: the launcher does not say
    bool all_on_this_host() const { return size > 0 && local_size == size; }
};

// Nothing if no launcher started this process. Slurm's variables count only inside a job step: its batch shell has
// them too.
std::optional<RankPlace> rank_from(const Environment& environment);

// The variables that rank_from looks at for a rank, in order, separated by commas.
std::string rank_variables();

// Every rank of this MPI job surely runs `program` (its base name), so that a collective at MPI_Finalize is safe:
// one application context whose command it is. Known of Open MPI only; elsewhere ranks sign a list
// (agent/mpi/rank_list.h).
bool every_rank_runs(const Environment& environment, const char* program);

// Whether this process may speak for its job, so that an error that all ranks have is said once: the first rank does,
// and, since the first rank may be no pyprof at all, every rank of a job of several programs.
bool speaks_for_job(const Environment& environment);

}  // namespace pyprof::cli
