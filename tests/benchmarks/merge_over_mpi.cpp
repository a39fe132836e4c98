// The merge of MPI_Finalize among real processes, whose trees are made (tests/support/synthetic_ranks.h):
//
//   mpirun -n RANKS merge_over_mpi FILE CONTEXTS
//
// Rank 0 prints, as JSON, how long it takes from when all ranks have their trees to when the sum is written and all of
// them know, and what it holds.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#define OMPI_SKIP_MPICXX 1
#include <mpi.h>

#include "agent/mpi/library.h"
#include "agent/mpi/rank_merge.h"
#include "gather/bytes.h"
#include "gather/files.h"
#include "gather/fold.h"
#include "tests/support/synthetic_ranks.h"

using namespace pyprof;

int main(int count, char** words) {
    MPI_Init(&count, &words);
    int rank = 0, ranks = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    const Result<gather::Tree> measured =
        count == 3 ? gather::gather_file(words[1]) : Result<gather::Tree>{Error{"no file"}};
    if (!measured) MPI_Abort(MPI_COMM_WORLD, 2);
    const test_support::SyntheticRanks made{*measured, static_cast<std::uint32_t>(std::atoi(words[2]))};
    mpi::Contribution own{made.of(rank, ranks), {"rank-" + std::to_string(rank)}};
    const auto library = mpi::loaded_library();
    std::size_t contexts = 0, values = 0, bytes = 0;
    const auto write = [&](const mpi::Contribution& sum) {
        contexts = sum.tree.contexts.size();
        values = sum.tree.values.size();
        bytes = gather::serialise(sum.tree).size();
        return true;
    };
    MPI_Barrier(MPI_COMM_WORLD);
    const auto begin = std::chrono::steady_clock::now();
    gather::fold_for_ranks(own.tree);
    const std::chrono::seconds longest{60};
    const bool is_safe =
        library != nullptr && mpi::merge_ranks(*library, std::move(own), {longest, longest, longest}, write);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (rank == 0)
        std::printf(
            "{\"ranks\": %d, \"contexts_of_a_rank\": %zu, \"contexts\": %zu, \"values\": %zu, \"bytes\": %zu, "
            "\"took_s\": %.4f, \"safe\": %s}\n",
            ranks, made.expected_contexts(), contexts, values, bytes, took.count(), is_safe ? "true" : "false");
    MPI_Finalize();
    return is_safe ? 0 : 1;
}
