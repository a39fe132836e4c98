#include "gather/context_index.h"

namespace pyprof::gather {
namespace {

constexpr std::uint64_t mix(std::uint64_t value) {  // the finaliser of splitmix64
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ value >> 27) * 0x94D049BB133111EBULL;
    return value ^ value >> 31;
}

std::uint32_t hash_of(std::uint32_t parent, const Key& key) {
    const std::uint64_t kind = static_cast<std::uint64_t>(key.kind) << 32 | key.flags;
    const std::uint64_t place = static_cast<std::uint64_t>(parent) << 32 | key.index;
    return static_cast<std::uint32_t>(mix(key.value + mix(place + mix(kind))));
}

}  // namespace

std::uint32_t ContextIndex::find_or_add(std::vector<Context>& contexts, std::uint32_t parent, const Key& key) {
    if (used_ * 2 >= slots_.size()) grow();
    const std::uint32_t hash = hash_of(parent, key);
    std::size_t at = hash & (slots_.size() - 1);
    for (; slots_[at].id != 0; at = (at + 1) & (slots_.size() - 1)) {
        const Context& candidate = contexts[slots_[at].id];
        if (slots_[at].hash == hash && candidate.parent == parent && candidate.key == key) return slots_[at].id;
    }
    const auto id = static_cast<std::uint32_t>(contexts.size());
    contexts.push_back({parent, key});
    slots_[at] = {hash, id};
    ++used_;
    return id;
}

void ContextIndex::grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
        if (slot.id == 0) continue;
        std::size_t at = slot.hash & (slots_.size() - 1);
        while (slots_[at].id != 0) at = (at + 1) & (slots_.size() - 1);
        slots_[at] = slot;
    }
}

}  // namespace pyprof::gather
