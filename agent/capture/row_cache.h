#pragma once
// Block of code → Row for the whole process: 8192 entries of 16 bytes, no locks. An entry holds the row for a part of
// one block of 64 bytes, so that a pc never met before finds what was decoded for one near it. An entry torn by two
// writers does not match (each half vouches for the other), so a reader sees a row that was stored for code around its
// pc, under its generation, or none.
#include <atomic>
#include <cstdint>

#include "agent/capture/row.h"

namespace pyprof::capture {

class RowCache {
public:
    // `generation` is ModuleTable::generation(): what was stored under another is not found.
    bool find(std::uint64_t pc, std::uint32_t generation, Row& row) const;
    // The row at `pc`, which holds for the code in [begin, end) around it.
    void store(std::uint64_t pc, std::uint32_t generation, Row row, std::uint64_t begin, std::uint64_t end);

private:
    struct alignas(16) Entry {
        std::atomic<std::uint64_t> check;  // block and part of it, XOR mixed generation, XOR mixed row
        std::atomic<std::uint64_t> row;    // for the first byte of the part
    };
    static constexpr unsigned index_bits = 13;

    Entry entries_[1U << index_bits] = {};

    friend struct RowCacheInternals;  // the tests tear entries
};

}  // namespace pyprof::capture
