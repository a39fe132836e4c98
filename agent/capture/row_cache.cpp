#include "agent/capture/row_cache.h"

#include <algorithm>

namespace pyprof::capture {
namespace {

constexpr unsigned block_bits = 6;
constexpr std::uint64_t block_mask = (1ULL << block_bits) - 1;
constexpr unsigned address_bits = 64 - block_bits;  // a pc beyond them is none

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio, odd

// Without the multiplication the rows of neighbouring pcs would differ in the same low bits as the pcs themselves, and
// a torn entry could pass.
std::uint64_t mixed(std::uint64_t row, std::uint32_t generation) {
    return row * golden ^ generation * 0xd6e8feb86659fd93;
}

std::uint64_t index_of(std::uint64_t pc, unsigned width) { return (pc >> block_bits) * golden >> (64 - width); }

}  // namespace

// What `check` says once the row and the generation are taken out of it: the block, and the first and the last byte of
// the part that the row is for.
template <unsigned bits>
[[gnu::hot]] bool RowTable<bits>::find(std::uint64_t pc, std::uint32_t generation, Row& row) const {
    const Entry& entry = entries_[index_of(pc, index_bits)];
    const std::uint64_t stored = entry.row.load(std::memory_order_relaxed);
    const std::uint64_t place = entry.check.load(std::memory_order_relaxed) ^ mixed(stored, generation);
    const std::uint64_t at = pc & block_mask, first = place >> block_bits & block_mask, last = place & block_mask;
    if (place >> 2 * block_bits != pc >> block_bits || at < first || at > last || stored == 0) return false;
    row = Row{stored}.further(at - first);
    return pc >> address_bits == 0;
}

template <unsigned bits>
void RowTable<bits>::store(std::uint64_t pc, std::uint32_t generation, Row row, std::uint64_t begin,
                           std::uint64_t end) {
    if (pc >> address_bits != 0 || begin > pc || end <= pc) return;
    const std::uint64_t block = pc & ~block_mask;
    const std::uint64_t first = std::max(begin, block);
    const std::uint64_t last = std::min(end - 1, block | block_mask);
    const Row stored = row.knows_function() ? row.in(row.module(), row.function() - (pc - first)) : row;
    Entry& entry = entries_[index_of(pc, index_bits)];
    const std::uint64_t place = block << block_bits | (first & block_mask) << block_bits | (last & block_mask);
    entry.row.store(stored.bits(), std::memory_order_relaxed);
    entry.check.store(place ^ mixed(stored.bits(), generation), std::memory_order_relaxed);
}

template <unsigned bits>
template <unsigned other_bits>
[[gnu::hot]] void RowTable<bits>::take(std::uint64_t pc, const RowTable<other_bits>& other) {
    const auto& from = other.entries_[index_of(pc, other_bits)];
    Entry& entry = entries_[index_of(pc, bits)];
    entry.row.store(from.row.load(std::memory_order_relaxed), std::memory_order_relaxed);
    entry.check.store(from.check.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

template class RowTable<13>;
template class RowTable<6>;
template void RowTable<6>::take(std::uint64_t, const RowTable<13>&);

}  // namespace pyprof::capture
