#pragma once
// How well the ranks of a job are used: the efficiencies that POP (the Performance Optimisation and Productivity
// centre) defined. What counts is the first thread of each rank: its time outside MPI is useful.
//
// Where the calls of MPI were counted, times are of the wall clock. Else they are those of the samples, without
// processes that a rank started: in a profile of CPU time a rank that sleeps has none, but MPI libraries poll while
// they wait, so their waiting is seen.
#include <cstdint>
#include <optional>
#include <vector>

#include "profile/profile.h"

namespace pyprof::profile {

struct RankUse {
    std::int32_t rank = -1;
    std::uint64_t useful = 0;    // ns outside MPI
    std::uint64_t in_mpi = 0;    // ns
    std::uint64_t transfer = 0;  // ns of in_mpi that remain if nobody waits; of counted calls only
};

// Efficiencies are between 0 and 1; lost times are sums over ranks, and with the useful time they make ranks × elapsed.
struct Balance {
    bool is_counted = false;     // by counted calls of every rank, else by samples
    std::vector<RankUse> ranks;  // by rank, those with a value
    std::uint64_t elapsed = 0;   // ns, of the rank that took longest
    double load = 1;             // mean ÷ largest useful time
    double communication = 1;    // largest useful time ÷ elapsed
    double parallel = 1;         // their product: the share of the ranks' time that is useful
    // What communication is the product of, if calls were counted: largest useful time ÷ the longest that a rank takes
    // where messages need no time, and that ÷ elapsed.
    std::optional<double> serialisation, transfer;
    std::uint64_t lost_to_imbalance = 0;      // ns that ranks wait because others compute longer
    std::uint64_t lost_to_communication = 0;  // ns, all other time that is not useful
};

// Nothing for fewer than two ranks, without useful time, and by samples if the profile's metric is no time.
std::optional<Balance> balance_of(const Profile& profile);

}  // namespace pyprof::profile
