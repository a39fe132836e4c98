#include "agent/capture/row_cache.h"

#include <algorithm>

namespace pyprof::capture {
namespace {

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio, odd

// Without the multiplication the rows of neighbouring pcs would differ in the same low bits as the pcs themselves, and
// a torn entry could pass.
std::uint64_t mixed(std::uint64_t row, std::uint32_t generation) {
    return row * golden ^ generation * 0xd6e8feb86659fd93;
}

std::uint64_t index_of(std::uint64_t block, unsigned width) { return block * golden >> (64 - width); }

}  // namespace

// What `check` says once the row and the generation are taken out of it: the block, and the first and the last byte of
// the part that the row is for. A pc that leaves no room for both is none.
template <unsigned block_width, unsigned width>
[[gnu::hot]] bool RowTable<block_width, width>::find(std::uint64_t pc, std::uint32_t generation, RowPart& part) const {
    constexpr std::uint64_t block_mask = block_bytes - 1;
    const Entry& entry = entries_[index_of(pc >> block_bits, index_bits)];
    const std::uint64_t stored = entry.row.load(std::memory_order_relaxed);
    const std::uint64_t place = entry.check.load(std::memory_order_relaxed) ^ mixed(stored, generation);
    const std::uint64_t at = pc & block_mask, first = place >> block_bits & block_mask, last = place & block_mask;
    if (place >> 2 * block_bits != pc >> block_bits || at < first || at > last || stored == 0) return false;
    part = {Row{stored}.further(at - first), pc - at + first, pc - at + last + 1};
    return pc >> (64 - block_bits) == 0;
}

template <unsigned block_width, unsigned width>
[[gnu::hot]] bool RowTable<block_width, width>::find(std::uint64_t pc, std::uint32_t generation, Row& row) const {
    RowPart part;
    if (!find(pc, generation, part)) return false;
    row = part.row;
    return true;
}

template <unsigned block_width, unsigned width>
void RowTable<block_width, width>::store(std::uint64_t pc, std::uint32_t generation, const RowPart& part) {
    constexpr std::uint64_t block_mask = block_bytes - 1;
    if (pc >> (64 - block_bits) != 0 || part.begin > pc || part.end <= pc) return;
    const std::uint64_t block = pc & ~block_mask;
    const std::uint64_t first = std::max(part.begin, block);
    const std::uint64_t last = std::min(part.end - 1, block | block_mask);
    const Row row = part.row;
    const Row stored = row.knows_function() ? row.in(row.module(), row.function() - (pc - first)) : row;
    Entry& entry = entries_[index_of(pc >> block_bits, index_bits)];
    const std::uint64_t place = block << block_bits | (first & block_mask) << block_bits | (last & block_mask);
    entry.row.store(stored.bits(), std::memory_order_relaxed);
    entry.check.store(place ^ mixed(stored.bits(), generation), std::memory_order_relaxed);
}

template <unsigned block_width, unsigned width>
template <unsigned other_width>
[[gnu::hot]] void RowTable<block_width, width>::take(std::uint64_t pc,
                                                     const RowTable<block_width, other_width>& other) {
    const auto& from = other.entries_[index_of(pc >> block_bits, other_width)];
    Entry& entry = entries_[index_of(pc >> block_bits, index_bits)];
    entry.row.store(from.row.load(std::memory_order_relaxed), std::memory_order_relaxed);
    entry.check.store(from.check.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

template class RowTable<6, 13>;
template class RowTable<6, 6>;
template class RowTable<10, 11>;
template void RowTable<6, 6>::take(std::uint64_t, const RowTable<6, 13>&);

}  // namespace pyprof::capture
