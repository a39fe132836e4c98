#pragma once
// Calls of MPI by the line that makes them: counted where the agent stood in front of the function, else as far as
// samples met them. Expects a profile without machinery (select.h).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profile/profile.h"
#include "profile/sums.h"

namespace pyprof::profile {

// How well the waiting in a call is known. A call that returns at once does not wait. Otherwise it is what a call took
// beyond the quickest that compares (transfer_times): an upper bound, since the quickest waits least.
// It is measured where a barrier went before each call (--mpi-sync).
enum class Waiting : std::uint8_t { never, at_most, measured };

// Whom a call waits for, as far as its function tells. A wait for an operation that was started may be for either side.
enum class WaitState : std::uint8_t { unknown, late_sender, late_receiver, late_partner, collective, barrier };
const char* name_of(WaitState state);  // "late_sender" …, the words of report --json; null for unknown

// Times are of the wall clock.
struct CountedCalls {
    CallKind kind = CallKind::start;
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;  // given to others, or where the call only takes, asked for
    std::uint64_t time_ns = 0;
    std::uint64_t shortest_ns = 0, longest_ns = 0;  // of one call, without barriers of --mpi-sync
    Waiting waiting = Waiting::never;
    WaitState wait_state = WaitState::unknown;
    std::uint64_t wait_ns = 0;
    std::optional<Spread> time_ranks, wait_ranks;           // nothing without ranks
    std::vector<std::uint64_t> time_by_rank, wait_by_rank;  // in the order of ranks_of()
    std::uint32_t waiting_ranks = 0;                        // ranks that wait at least half as long as the mean

    // The rank that the others wait for, where one waits less than half as long as the mean, in a call that all ranks
    // make together; -1: there is none, or nobody knows.
    std::int32_t latest_rank() const;
};

// A function of MPI as the program called it: the outermost MPI_* (or PMPI_*), by the Python line that called it, or
// where there is none by the frame that did.
struct MpiRow {
    std::string call;             // "MPI_Send", also of PMPI_Send, which is the same code under two symbols
    std::uint32_t caller = none;  // location, none if MPI is the outermost frame
    Cost cost;                    // of the samples that met it; `total` is its time in the metric
    std::optional<CountedCalls> counted;

    std::uint64_t time() const { return counted ? counted->time_ns : cost.total.weight; }
    const std::optional<Spread>& time_ranks() const { return counted ? counted->time_ranks : cost.total_ranks; }
};

// Wall-clock time of all ranks together: what the times of counted calls are a part of.
std::uint64_t time_of_ranks(const Profile& profile);

// By row of profile.calls, in ns: how long its calls would have taken had nobody waited, at the speed of the quickest
// that compares (docs/decisions/0118); never more than they took.
std::vector<std::uint64_t> transfer_times(const Profile& profile);

// Longest time first.
std::vector<MpiRow> mpi_rows(const Profile& profile);

}  // namespace pyprof::profile
