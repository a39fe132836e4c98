#include "cli/rank.h"

#include <string>

#include "tests/support/catch.h"

using namespace pyprof::cli;

TEST_CASE("Without rank variables a process is no rank") { CHECK_FALSE(rank_from(Environment{})); }

TEST_CASE("Open MPI's variables give rank, size and how many ranks are on this host") {
    const char* block[] = {"OMPI_COMM_WORLD_RANK=3", "OMPI_COMM_WORLD_SIZE=8", "OMPI_COMM_WORLD_LOCAL_SIZE=4", nullptr};
    const auto place = rank_from(Environment{block});
    REQUIRE(place);
    CHECK(place->rank == 3);
    CHECK(place->size == 8);
    CHECK_FALSE(place->all_on_this_host());
}

TEST_CASE("Under Slurm the variables of mpirun win") {
    const char* block[] = {"SLURM_PROCID=0", "SLURM_STEP_ID=1", "PMI_RANK=5", "PMI_SIZE=6", nullptr};
    CHECK(rank_from(Environment{block})->rank == 5);
}

TEST_CASE("A task of a Slurm step is a rank, the batch script is not") {
    const char* batch[] = {"SLURM_PROCID=0", "SLURM_NTASKS=4", nullptr};
    CHECK_FALSE(rank_from(Environment{batch}));
    const char* task[] = {"SLURM_PROCID=2", "SLURM_STEP_ID=0", "SLURM_STEP_NUM_TASKS=4", nullptr};
    CHECK(rank_from(Environment{task})->rank == 2);
    CHECK(rank_from(Environment{task})->size == 4);
}

TEST_CASE("A rank that is no number is no rank") {
    const char* block[] = {"PMI_RANK=1x", nullptr};
    CHECK_FALSE(rank_from(Environment{block}));
}

TEST_CASE("Every rank runs the program only if it is the command of the one application context") {
    const char* all[] = {"OMPI_NUM_APP_CTX=1", "OMPI_COMMAND=/opt/bin/pyprof", nullptr};
    CHECK(every_rank_runs(Environment{all}, "pyprof"));
    const char* mixed[] = {"OMPI_NUM_APP_CTX=2", "OMPI_COMMAND=pyprof", nullptr};
    CHECK_FALSE(every_rank_runs(Environment{mixed}, "pyprof"));
    const char* shell[] = {"OMPI_NUM_APP_CTX=1", "OMPI_COMMAND=bash", nullptr};
    CHECK_FALSE(every_rank_runs(Environment{shell}, "pyprof"));
}

TEST_CASE("An error that all ranks have is said by the first, or by all when the first may be another program") {
    const auto speaks = [](int rank, const char* command) {
        Environment environment;
        environment.set("OMPI_COMM_WORLD_RANK", std::to_string(rank));
        environment.set("OMPI_NUM_APP_CTX", "1");
        environment.set("OMPI_COMMAND", command);
        return speaks_for_job(environment);
    };
    CHECK(speaks(0, "pyprof"));
    CHECK_FALSE(speaks(1, "pyprof"));
    CHECK(speaks(1, "bash"));
    CHECK(speaks_for_job(Environment{}));
}
