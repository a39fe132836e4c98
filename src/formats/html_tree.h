#pragma once
// The calling context tree as it goes into a page: in preorder, which compresses best, and no larger than a browser
// can show.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "profile/profile.h"

namespace pyprof::formats {

struct PageTree {
    // Contexts in preorder; contexts[0] is the root.
    std::vector<profile::Context> contexts;
    // Their values, sorted by (context, thread), unique.
    std::vector<profile::Value> values;
    // For each context of the profile the one of `contexts` that has its values.
    std::vector<std::uint32_t> place;
    // Contexts that were folded into their callers, and the weight of their own that went with them.
    std::uint64_t pruned_contexts = 0;
    std::uint64_t pruned_weight = 0;
};

// Values of the profile at their places in the tree, sorted by (context, thread), unique.
std::vector<profile::Value> placed(std::vector<profile::Value> values, const PageTree& tree);

// Keeps the `most_contexts` (at least one) contexts with the largest inclusive weight, that of the values `beside`
// those of the profile included. A caller weighs at least as much as what it calls, so what is kept is a tree.
PageTree page_tree(const profile::Profile& profile, std::size_t most_contexts,
                   std::span<const profile::Value> beside = {});

}  // namespace pyprof::formats
