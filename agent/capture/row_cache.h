#pragma once
// pc → Row for the whole process: 8192 entries of 16 bytes, no locks. An entry torn by two writers does not match
// (each half vouches for the other), so a reader sees a row that was stored for its pc and generation, or none.
#include <atomic>
#include <cstdint>

#include "agent/capture/row.h"

namespace pyprof::capture {

class RowCache {
public:
    // `generation` is ModuleTable::generation(): what was stored under another is not found.
    bool find(std::uint64_t pc, std::uint32_t generation, Row& row) const;
    void store(std::uint64_t pc, std::uint32_t generation, Row row);

private:
    struct alignas(16) Entry {
        std::atomic<std::uint64_t> check;  // key of pc and generation, XOR mixed row
        std::atomic<std::uint64_t> row;
    };
    static constexpr unsigned index_bits = 13;

    Entry entries_[1U << index_bits] = {};

    friend struct RowCacheInternals;  // the tests tear entries
};

}  // namespace pyprof::capture
