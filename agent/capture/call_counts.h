#pragma once
// How often one thread called which function of MPI from where, and how long that took: rows in chunks of the
// recording, updated in place, and an index over them in memory of its own. The thread itself is the one writer, or
// (for the table of ended threads) whoever holds its lock; nothing waits, and nothing here is for signal handlers.
#include <cstdint>

#include "agent/capture/arena.h"
#include "agent/capture/call_tree.h"
#include "wire/recording.h"

namespace pyprof::capture {

// What makes a row another one. `name` is compared by its address, which belongs to one function for ever.
struct CallKey {
    std::uint64_t place;  // stands for the caller
    const char* name;
    std::uint32_t ranks;
    wire::CallPeer peer;
    std::uint8_t size_class;
    friend bool operator==(const CallKey&, const CallKey&) = default;
};

// 0 of no bytes, else 1 + the integer part of the logarithm to 2.
constexpr std::uint8_t size_class_of(std::uint64_t bytes) {
    return static_cast<std::uint8_t>(bytes == 0 ? 0 : 64 - __builtin_clzll(bytes));
}

class CallCounts {
public:
    static constexpr std::uint32_t most_rows = 3072;  // of one thread

    // The row of a key that was added; nullptr if there is none.
    wire::CallRow* find(const CallKey& key) const;
    // Makes it, in a chunk of the thread with this index. `place` is the caller's node key. nullptr where there are too
    // many rows already, or no memory.
    wire::CallRow* add(Arena& arena, TreeBudget& budget, std::uint32_t thread, const CallKey& key, std::uint64_t place,
                       wire::CallKind kind);

    // One more call. Times are in the clock of the recording.
    static void count(wire::CallRow& row, std::uint64_t time, std::uint64_t bytes, std::uint64_t synchronising) {
        row.time += time;
        row.bytes += bytes;
        row.synchronising += synchronising;
        row.shortest = time < row.shortest ? time : row.shortest;
        row.longest = time > row.longest ? time : row.longest;
        ++row.count;
    }

    // Adds all rows of `other` to this table, of the thread with this index, and gives the chunks of `other` back.
    // The calls that found no room.
    std::uint64_t absorb(CallCounts& other, Arena& arena, TreeBudget& budget, std::uint32_t thread);
    // Gives the index back. The rows stay in the recording, but nothing is found any more.
    void freeze();
    // Forgets everything without touching the recording (it is gone or belongs to somebody else). After freeze.
    void forget();

private:
    struct Slot {
        CallKey key;
        wire::CallRow* row;  // nullptr: empty
    };

    Slot& slot_of(const CallKey& key) const;
    bool grow_index(TreeBudget& budget);
    wire::CallRow* new_row(Arena& arena, std::uint32_t thread);

    // All members start as zero bits.
    Slot* index_ = nullptr;
    std::uint32_t slots_ = 0;  // a power of two, or 0
    std::uint32_t rows_ = 0;
    std::uint32_t first_chunk_ = 0, last_chunk_ = 0;
    TreeBudget* budget_ = nullptr;
};

}  // namespace pyprof::capture
