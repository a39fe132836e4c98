#include "agent/discover/rank.h"

#include <cstdlib>

#include "tests/support/catch.h"

using namespace pyprof::discover;

namespace {

void clear() {
    for (const char* name : {"MV2_COMM_WORLD_RANK", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PALS_RANKID",
                             "FLUX_TASK_RANK", "JSM_NAMESPACE_RANK", "PMIX_RANK", "PMI_RANK", "PMI_SIZE", "ALPS_APP_PE",
                             "SLURM_PROCID", "SLURM_NTASKS", "SLURM_STEP_ID"})
        unsetenv(name);
}

}  // namespace

TEST_CASE("without a launcher there is no rank") {
    clear();
    CHECK(rank_from_environment().rank == -1);
}

TEST_CASE("the most specific launcher wins") {
    clear();
    setenv("OMPI_COMM_WORLD_RANK", "3", 1);
    setenv("OMPI_COMM_WORLD_SIZE", "8", 1);
    setenv("PMI_RANK", "0", 1);
    const RankHint hint = rank_from_environment();
    CHECK(hint.rank == 3);
    CHECK(hint.count == 8);
}

TEST_CASE("a Slurm batch shell is no rank, a job step is") {
    clear();
    setenv("SLURM_PROCID", "0", 1);
    CHECK(rank_from_environment().rank == -1);
    setenv("SLURM_STEP_ID", "2", 1);
    setenv("SLURM_NTASKS", "4", 1);
    CHECK(rank_from_environment().count == 4);
    clear();
}

TEST_CASE("nonsense in the environment is no rank") {
    clear();
    setenv("PMI_RANK", "-1", 1);
    CHECK(rank_from_environment().rank == -1);
    setenv("PMI_RANK", "first", 1);
    CHECK(rank_from_environment().rank == -1);
    clear();
}
