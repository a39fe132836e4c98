#pragma once
// The trees of all ranks into one, over MPI, when the ranks are about to finalise. A binomial tree of messages: each
// rank adds what its children send and passes the sum on to its parent; what the last one has written is acknowledged
// down the same tree. Every wait has a deadline: a rank that hangs or died costs its own part of the profile, never
// the job.
#include <functional>
#include <string>
#include <vector>

#include "agent/mpi/waiting.h"
#include "gather/tree.h"

namespace pyprof::mpi {

// What a rank gives, and what a sum of ranks is: the tree, and the names of the recordings in it.
struct Contribution {
    gather::Tree tree;
    std::vector<std::string> recordings;
};

struct MergeTimes {
    Clock::duration arrival;    // for the slowest rank to come
    Clock::duration handshake;  // once all have come: for all to be still here
    Clock::duration exchange;   // for all messages
};

// To be called by every rank of MPI_COMM_WORLD. `write` is called on the root (rank 0) with the sum and says whether
// it is safe. True if this rank's contribution is safe in what the root wrote.
bool merge_ranks(Library& library, Contribution own, const MergeTimes& times,
                 const std::function<bool(const Contribution&)>& write);

}  // namespace pyprof::mpi
