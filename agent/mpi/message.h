#pragma once
// A contribution as bytes, from one rank to another of the same job: the names of the recordings, each with its
// length, then the gathered tree (docs/formats/gathered.md).
#include <cstdint>
#include <optional>
#include <string>

#include "agent/mpi/rank_merge.h"

namespace pyprof::mpi {

// Nothing longer is sent: an MPI count is an int.
inline constexpr std::uint64_t largest_message = 1u << 30;

std::string write_message(const Contribution& contribution);
// Nothing if the bytes are not a whole message.
std::optional<Contribution> read_message(const std::string& bytes);

}  // namespace pyprof::mpi
