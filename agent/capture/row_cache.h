#pragma once
// Block of code → Row, no locks: 8192 entries of 16 bytes for the whole process, and in front of them a few for each
// thread, which lie together: what a thread runs comes again, and its rows come with few pages. An entry holds the row
// for a part of one block of 64 bytes, so that a pc never met before finds what was decoded for one near it. An entry
// torn by two writers does not match (each half vouches for the other), so a reader sees a row that was stored for code
// around its pc, under its generation, or none.
#include <atomic>
#include <cstdint>

#include "agent/capture/row.h"

namespace pyprof::capture {

template <unsigned bits>
class RowTable {
public:
    // `generation` is ModuleTable::generation(): what was stored under another is not found.
    bool find(std::uint64_t pc, std::uint32_t generation, Row& row) const;
    // The row at `pc`, which holds for the code in [begin, end) around it.
    void store(std::uint64_t pc, std::uint32_t generation, Row row, std::uint64_t begin, std::uint64_t end);
    // What `other` has for the block of `pc`.
    template <unsigned other_bits>
    void take(std::uint64_t pc, const RowTable<other_bits>& other);

private:
    struct alignas(16) Entry {
        std::atomic<std::uint64_t> check;  // block and part of it, XOR mixed generation, XOR mixed row
        std::atomic<std::uint64_t> row;    // for the first byte of the part
    };
    static constexpr unsigned index_bits = bits;

    Entry entries_[1U << index_bits] = {};

    template <unsigned other_bits>
    friend class RowTable;
    friend struct RowCacheInternals;  // the tests tear entries
};

using RowCache = RowTable<13>;
using NearRows = RowTable<6>;

}  // namespace pyprof::capture
