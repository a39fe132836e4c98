#include "cli/job.h"

#include <unistd.h>

#include "tests/support/catch.h"

using namespace pyprof::cli;

namespace {

JobSource source_of_rank(int rank) { return {"node", {100 + rank, 5000}, {99, 4000}, RankPlace{rank, 4, 4}, false}; }

Environment open_mpi(const char* transports) {
    Environment environment;
    environment.set("PMIX_NAMESPACE", "1934557185");
    environment.set("OMPI_MCA_orte_precondition_transports", transports);
    return environment;
}

}  // namespace

TEST_CASE("All ranks of a job have one key") {
    CHECK(job_key(open_mpi("a-b"), source_of_rank(0)) == job_key(open_mpi("a-b"), source_of_rank(3)));
}

TEST_CASE("A later job of the same number has another key") {
    CHECK(job_key(open_mpi("a-b"), source_of_rank(0)) != job_key(open_mpi("c-d"), source_of_rank(0)));
}

TEST_CASE("A key shows the job's number and fits a file name") {
    auto environment = open_mpi("a/b c");
    CHECK(job_key(environment, source_of_rank(0)).rfind("pmix-1934557185-", 0) == 0);
    environment.set("SLURM_JOB_ID", "77/..");
    environment.set("SLURM_STEP_ID", "3");
    const auto key = job_key(environment, source_of_rank(0));
    CHECK(key.rfind("slurm-77_...3-", 0) == 0);
    CHECK(key == as_file_name(key, 100));
}

TEST_CASE("Ranks of a launcher that numbers nothing share its process") {
    const auto key = job_key(Environment{}, source_of_rank(1));
    CHECK(key == job_key(Environment{}, source_of_rank(2)));
    CHECK(key == "node-99-4000");
}

TEST_CASE("A process that is no rank, or merges with none, has its own key") {
    auto source = source_of_rank(1);
    source.alone = true;
    CHECK(job_key(open_mpi("a-b"), source) == "node-101-5000");
    source.place.reset();
    source.alone = false;
    CHECK(job_key(open_mpi("a-b"), source) == "node-101-5000");
}

TEST_CASE("A process is known by its pid and its start") {
    const auto self = identify(getpid());
    CHECK(self.pid == getpid());
    CHECK(self.start_ticks > 0);
    CHECK(identify(getppid()).start_ticks <= self.start_ticks);
}

TEST_CASE("A file name keeps letters, digits, dots and dashes") {
    CHECK(as_file_name("a b/c:d-e_f.g", 100) == "a_b_c_d-e_f.g");
    CHECK(as_file_name("abcdef", 3) == "abc");
}
