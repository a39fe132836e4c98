#pragma once
// Block of code → Row, no locks: 8192 entries of 16 bytes for the whole process, and in front of them a few for each
// thread, which lie together: what a thread runs comes again, and its rows come with few pages. An entry holds the row
// for a part of one block of 64 bytes, so that a pc never met before finds what was decoded for one near it. Behind
// them stand rows that hold for much code, by blocks of 1 KiB: in the body of a long function hardly a pc is decoded
// twice. An entry torn by two writers does not match (each half vouches for the other), so a reader sees a row that was
// stored for code around its pc, under its generation, or none.
#include <atomic>
#include <cstdint>

#include "agent/capture/row.h"

namespace pyprof::capture {

// A row at some pc, which holds for the code in [begin, end) around it.
struct RowPart {
    Row row;
    std::uint64_t begin, end;
};

template <unsigned block_width, unsigned width>
class RowTable {
public:
    static constexpr std::uint64_t block_bytes = 1ULL << block_width;

    // `generation` is ModuleTable::generation(): what was stored under another is not found.
    bool find(std::uint64_t pc, std::uint32_t generation, Row& row) const;
    // With the code that it is stored for, which ends with the block of `pc` at most.
    bool find(std::uint64_t pc, std::uint32_t generation, RowPart& part) const;
    // `part.row` is the row at `pc`.
    void store(std::uint64_t pc, std::uint32_t generation, const RowPart& part);
    // What `other` has for the block of `pc`.
    template <unsigned other_width>
    void take(std::uint64_t pc, const RowTable<block_width, other_width>& other);

private:
    struct alignas(16) Entry {
        std::atomic<std::uint64_t> check;  // block and part of it, XOR mixed generation, XOR mixed row
        std::atomic<std::uint64_t> row;    // for the first byte of the part
    };
    static constexpr unsigned block_bits = block_width;
    static constexpr unsigned index_bits = width;

    Entry entries_[1U << index_bits] = {};

    template <unsigned other_block_width, unsigned other_width>
    friend class RowTable;
    friend struct RowCacheInternals;  // the tests tear entries
};

using RowCache = RowTable<6, 13>;
using NearRows = RowTable<6, 6>;
using WideRows = RowTable<10, 11>;

}  // namespace pyprof::capture
