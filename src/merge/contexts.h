#pragma once
// The gathered tree's contexts into the profile's: named, inlined calls made contexts of their own, machinery marked,
// equal contexts made one. Values keep their sums exactly.
#include <array>
#include <cstdint>
#include <vector>

#include "gather/tree.h"
#include "merge/machinery.h"
#include "merge/names.h"
#include "merge/tables.h"

namespace pyprof::merge {

class ContextMap {
public:
    // Adds to the tables' profile every context that a value, a moment or a thread's origin in `tree` needs, and the
    // root first.
    ContextMap(const gather::Tree& tree, Names& names, Tables& tables);

    // The profile's context for what happened in a context of the tree itself.
    std::uint32_t at(std::uint32_t context) const { return map_[context][static_cast<std::size_t>(Below::work)]; }

private:
    using Variants = std::array<std::uint32_t, below_count>;  // profile contexts, none where not needed

    void find_needed(Names& names);
    void make(std::uint32_t context, Names& names, Tables& tables);
    std::uint32_t extend(std::uint32_t parent, Above above, Below below, std::span<const NamedFrame> frames,
                         Tables& tables);

    const gather::Tree& tree_;
    std::vector<std::uint8_t> needed_;  // bit per Below
    std::vector<Above> above_;
    std::vector<Variants> map_;
};

// Values of the tree for the profile: re-keyed, sorted, equal keys added, zeros left out.
std::vector<profile::Value> map_values(const std::vector<gather::Value>& values, const ContextMap& contexts);

}  // namespace pyprof::merge
