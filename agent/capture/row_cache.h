#pragma once
// Block of code → Row, no locks: 8192 entries of 16 bytes for the whole process, and in front of them a few for each
// thread, which lie together: what a thread runs comes again, and its rows come with few pages. An entry holds the row
// for a part of one block of 64 bytes, so that a pc never met before finds what was decoded for one near it. Behind
// them stand rows that hold for much code, by blocks of 1 KiB and of 16 KiB: in the body of a long function hardly a
// pc is decoded twice. The four entries of a set lie in one cache line: what hundreds of blocks run by turns would
// otherwise push each other out here and there, and be decoded again at every turn. An entry torn by two writers does
// not match (each half vouches for the other), so a reader sees a row that was stored for code around its pc, under its
// generation, or none.
#include <atomic>
#include <cstdint>

#include "agent/capture/row.h"

namespace pyprof::capture {

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

private:
    struct alignas(16) Entry {
        std::atomic<std::uint64_t> check;  // block and part of it, XOR mixed generation, XOR mixed row
        std::atomic<std::uint64_t> row;    // for the first byte of the part
    };
    static constexpr std::uint32_t ways = 4;
    struct alignas(64) Set {
        Entry entries[ways];
    };
    static constexpr unsigned block_bits = block_width;
    static constexpr unsigned set_bits = width - 2;

    static std::uint64_t place_of(const Entry& entry, std::uint32_t generation, std::uint64_t& row);
    Entry& entry_for(std::uint64_t block, std::uint64_t place, std::uint32_t generation);

    Set sets_[1U << set_bits] = {};

    friend struct RowCacheInternals;  // the tests tear entries
};

using RowCache = RowTable<6, 13>;
using NearRows = RowTable<6, 7>;
using WideRows = RowTable<10, 11>;
using HugeRows = RowTable<14, 9>;

}  // namespace pyprof::capture
