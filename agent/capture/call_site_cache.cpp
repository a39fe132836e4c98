#include "agent/capture/call_site_cache.h"

#include "agent/capture/load.h"

namespace pyprof::capture {
namespace {

constexpr unsigned address_bits = 47, generation_bits = 14, site_bits = 3;
static_assert(address_bits + generation_bits + site_bits == 64);

std::uint64_t tag_of(std::uint64_t address, std::uint32_t generation) {
    return address << generation_bits | (generation & ((1U << generation_bits) - 1));
}

std::uint64_t index_of(std::uint64_t address, unsigned bits) {
    return address * 0x9e3779b97f4a7c15 >> (64 - bits);  // 2^64 / golden ratio
}

}  // namespace

CallSite CallSiteCache::find(std::uint64_t address, std::uint32_t generation) const {
    if (address >> address_bits != 0) return CallSite::unknown;
    const std::uint64_t entry = entries_[index_of(address, index_bits)].load(std::memory_order_relaxed);
    if (entry >> site_bits != tag_of(address, generation)) return CallSite::unknown;
    return static_cast<CallSite>(entry & ((1U << site_bits) - 1));
}

void CallSiteCache::expect(std::uint64_t address) const {
    if (address >> address_bits == 0) prefetch(&entries_[index_of(address, index_bits)]);
}

void CallSiteCache::store(std::uint64_t address, std::uint32_t generation, CallSite site) {
    if (address >> address_bits != 0) return;
    entries_[index_of(address, index_bits)].store(
        tag_of(address, generation) << site_bits | static_cast<std::uint64_t>(site), std::memory_order_relaxed);
}

}  // namespace pyprof::capture
