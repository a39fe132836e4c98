#pragma once
// When samples were taken and where: the table of moments in the recording (wire::moment_entry). An even choice of all
// expiries, bounded whatever the run's length: when the table is full, one thread keeps one entry of every two, and
// from then on each stands for twice as many. Lock-free for handlers; nothing here allocates.
#include <atomic>
#include <cstdint>

#include "agent/capture/arena.h"

namespace pyprof::capture {

struct MomentTable {
    std::uint64_t* entries;
    std::uint32_t capacity;
    std::uint32_t* shift;  // each entry stands for so many expiries, a power of two
};

class Moments {
public:
    // For a new, empty table, before the first `add`.
    void start() {
        counted_.store(0);
        held_.store(false);
    }

    // Adds expiries with one moment. Gives those left out because another thread has the table. An entry that is on its
    // way while the table is thinned out may land in a place that a later one takes over. Async-signal-safe.
    std::uint64_t add(const MomentTable& table, std::uint64_t entry, std::uint64_t expiries);

    // Where the next entry goes, or would go if there is room.
    const std::uint64_t* next_place(const MomentTable& table) const {
        return table.entries + (counted_.load(std::memory_order_relaxed) >> (*table.shift & 63));
    }

private:
    friend class HeldMoments;
    bool make_room(const MomentTable& table, std::uint64_t end);

    std::atomic<std::uint64_t> counted_{0};
    std::atomic<bool> held_{false};
};

// Keeps others from thinning out the table. Not in a handler: waits, but not for long.
class HeldMoments {
public:
    explicit HeldMoments(Moments& moments);
    ~HeldMoments();
    HeldMoments(const HeldMoments&) = delete;
    HeldMoments& operator=(const HeldMoments&) = delete;
    bool held() const { return held_; }

    // Entries from `since` (their unit of time) on that lie in the tree of that thread record go where its nodes went,
    // before these are discarded. Gives how many lost their node.
    std::uint64_t follow(const MomentTable& table, const Arena& arena, std::uint32_t since, std::uint32_t tree);

private:
    Moments& moments_;
    bool held_ = false;
};

// The table of the process's recording, which must be open.
MomentTable moment_table();

// A time (CLOCK_MONOTONIC) as an entry has it; beyond its end the largest.
std::uint32_t moment_time(std::uint64_t now_ns);

// Adds expiries that were charged to the node at `now_ns`. Async-signal-safe.
void count_moment(std::uint64_t now_ns, std::uint32_t node, std::uint64_t expiries);

}  // namespace pyprof::capture
