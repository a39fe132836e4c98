#pragma once
// Whether every rank of a job runs this library, where the launcher cannot say: each rank signs a list in the job's
// folder before MPI_Init, which ends for nobody before all have begun it. Whoever asks first decides for all,
// since ranks that decide for themselves might decide differently, and a collective operation that one rank misses
// hangs the job. Ranks whose folders are apart find the list incomplete.
#include <optional>
#include <string>

namespace pyprof::mpi {

// A process as which a rank takes part; counted from 0, because a job may run one MPI program after the other.
using Turn = int;

// The turn of `rank`; nothing if the list cannot be written.
std::optional<Turn> sign_rank_list(const std::string& folder, int rank);

// The same answer for all who ask of a turn.
bool have_all_signed(const std::string& folder, Turn turn, int ranks);

}  // namespace pyprof::mpi
