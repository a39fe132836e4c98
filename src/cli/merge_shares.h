#pragma once
// `pyprof merge` as several processes of one launcher, `mpirun pyprof merge …`: each adds up a share of the files and
// leaves the sum in a folder beside the output, the first takes the sums together. Nothing but that folder is shared:
// no MPI, so any launcher will do. A rank that shows no sign of life does not hold the job up; the first does its
// share. One thread, and one that renews the sign of life.
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/open_profile.h"
#include "cli/rank.h"

namespace pyprof::cli {

// The place of this process among those of its launcher; nothing if it has none, or only inherited the launcher's
// variables from its parent, a rank that runs `pyprof merge` alone.
std::optional<RankPlace> place_under_launcher();

class SharedMerge {
public:
    // The folder is made and removed by the first rank. `patience`: how long a rank may show no sign of life.
    SharedMerge(const RankPlace& place, std::string folder, std::chrono::seconds patience);

    // Of the ranks after the first: leaves the sum of this rank's share of `files`. False if that was impossible, which
    // nobody needs to be told: the first rank does without.
    bool give(const std::vector<std::string>& files) const;
    // Of the first rank: the sum of all `files`.
    gather::Tree take(const std::vector<std::string>& files, FileFaults& faults) const;

private:
    struct Share;
    Share share_of(const std::vector<std::string>& files, int rank) const;
    bool wait_for_folder() const;
    bool wait_for_part(int rank) const;
    bool lives(int rank, std::chrono::steady_clock::time_point since) const;
    std::optional<gather::Tree> part_of(int rank, Share& share) const;
    std::string file(int rank, const char* suffix) const;

    RankPlace place_;
    std::string folder_;
    std::chrono::seconds patience_;
};

}  // namespace pyprof::cli
