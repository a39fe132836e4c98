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

// Its first bits tell the set of a block, the next ones its own entry there.
std::uint64_t hash_of(std::uint64_t block) { return block * golden; }
std::uint64_t set_of(std::uint64_t hash, unsigned bits) { return hash >> (64 - bits); }
std::uint32_t way_of(std::uint64_t hash, unsigned bits) { return static_cast<std::uint32_t>(hash >> (62 - bits) & 3); }

}  // namespace

// What `check` says once the row and the generation are taken out of it: the block, and the first and the last byte of
// the part that the row is for. A pc that leaves no room for both is none.
template <unsigned block_width, unsigned width>
[[gnu::always_inline]] inline std::uint64_t RowTable<block_width, width>::place_of(const Entry& entry,
                                                                                   std::uint32_t generation,
                                                                                   std::uint64_t& row) {
    row = entry.row.load(std::memory_order_relaxed);
    return entry.check.load(std::memory_order_relaxed) ^ mixed(row, generation);
}

template <unsigned block_width, unsigned width>
[[gnu::hot]] bool RowTable<block_width, width>::find(std::uint64_t pc, std::uint32_t generation, RowPart& part) const {
    constexpr std::uint64_t block_mask = block_bytes - 1;
    const std::uint64_t block = pc >> block_bits, at = pc & block_mask, hash = hash_of(block);
    const Set& set = sets_[set_of(hash, set_bits)];
    for (std::uint32_t i = 0; i < ways; ++i) {
        std::uint64_t stored = 0;
        const std::uint64_t place = place_of(set.entries[(way_of(hash, set_bits) + i) % ways], generation, stored);
        const std::uint64_t first = place >> block_bits & block_mask, last = place & block_mask;
        if (place >> 2 * block_bits != block || at < first || at > last || stored == 0) continue;
        part = {Row{stored}.further(at - first), pc - at + first, pc - at + last + 1};
        return pc >> (64 - block_bits) == 0;
    }
    return false;
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
    const std::uint64_t place = block << block_bits | (first & block_mask) << block_bits | (last & block_mask);
    Entry& entry = entry_for(pc >> block_bits, place, generation);
    entry.row.store(stored.bits(), std::memory_order_relaxed);
    entry.check.store(place ^ mixed(stored.bits(), generation), std::memory_order_relaxed);
}

// The entry of this place, else one that holds nothing of this set and generation, the block's own first; else one that
// the place itself picks.
template <unsigned block_width, unsigned width>
auto RowTable<block_width, width>::entry_for(std::uint64_t block, std::uint64_t place, std::uint32_t generation)
    -> Entry& {
    const std::uint64_t hash = hash_of(block), number = set_of(hash, set_bits);
    Set& set = sets_[number];
    Entry* free = nullptr;
    for (std::uint32_t i = 0; i < ways; ++i) {
        Entry& entry = set.entries[(way_of(hash, set_bits) + i) % ways];
        std::uint64_t row = 0;
        const std::uint64_t there = place_of(entry, generation, row);
        if (there == place) return entry;
        const bool is_in_use = row != 0 && set_of(hash_of(there >> 2 * block_bits), set_bits) == number;
        if (free == nullptr && !is_in_use) free = &entry;
    }
    return free != nullptr ? *free : set.entries[place * golden >> 62];
}

template class RowTable<6, 13>;
template class RowTable<6, 7>;
template class RowTable<10, 11>;
template class RowTable<14, 9>;

}  // namespace pyprof::capture
