#include "agent/capture/row_cache.h"

namespace pyprof::capture {
namespace {

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio, odd

std::uint64_t key_of(std::uint64_t pc, std::uint32_t generation) { return pc ^ generation * 0xd6e8feb86659fd93; }

// Without the multiplication the rows of neighbouring pcs would differ in the same low bits as the pcs themselves, and
// a torn entry could pass.
std::uint64_t mixed(std::uint64_t row) { return row * golden; }

std::uint64_t index_of(std::uint64_t pc, unsigned bits) { return pc * golden >> (64 - bits); }

}  // namespace

bool RowCache::find(std::uint64_t pc, std::uint32_t generation, Row& row) const {
    const Entry& entry = entries_[index_of(pc, index_bits)];
    const std::uint64_t check = entry.check.load(std::memory_order_relaxed);
    const std::uint64_t bits = entry.row.load(std::memory_order_relaxed);
    row = Row{bits};
    return (check ^ mixed(bits)) == key_of(pc, generation) && bits != 0;
}

void RowCache::store(std::uint64_t pc, std::uint32_t generation, Row row) {
    Entry& entry = entries_[index_of(pc, index_bits)];
    entry.row.store(row.bits(), std::memory_order_relaxed);
    entry.check.store(key_of(pc, generation) ^ mixed(row.bits()), std::memory_order_relaxed);
}

}  // namespace pyprof::capture
