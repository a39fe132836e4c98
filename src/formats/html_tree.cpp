#include "formats/html_tree.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "profile/sums.h"
#include "profile/tree.h"

namespace pyprof::formats {
namespace {

using profile::Context;
using profile::Profile;
using profile::Value;

void add_weights(std::vector<std::uint64_t>& weights, std::span<const Value> values) {
    for (const Value& value : values) weights[value.context] += value.weight;
}

// For every context the one that stands for it: itself, or its nearest caller that is kept.
std::vector<std::uint32_t> kept_contexts(const Profile& profile, std::vector<std::uint64_t> exclusive,
                                         std::size_t most_contexts) {
    const std::size_t count = profile.contexts.size();
    std::vector<std::uint32_t> stands_for(count);
    std::iota(stands_for.begin(), stands_for.end(), 0);
    if (count <= most_contexts) return stands_for;
    const std::vector<std::uint64_t> weights = profile::inclusive(profile, std::move(exclusive));
    std::vector<std::uint32_t> order = stands_for;
    const auto heavier = [&](std::uint32_t a, std::uint32_t b) {
        return weights[a] != weights[b] ? weights[a] > weights[b] : a < b;
    };
    const auto first_left_out = order.begin() + static_cast<std::ptrdiff_t>(most_contexts);
    std::nth_element(order.begin(), first_left_out, order.end(), heavier);
    std::vector<bool> left_out(count);
    for (auto context = first_left_out; context != order.end(); ++context) left_out[*context] = true;
    for (std::uint32_t i = 1; i < count; ++i) {
        if (left_out[i]) stands_for[i] = stands_for[profile.contexts[i].parent];
    }
    return stands_for;
}

// Preorder numbers of the contexts that stand for themselves, siblings in their old order.
std::vector<std::uint32_t> preorder(const Profile& profile, const std::vector<std::uint32_t>& stands_for) {
    const std::size_t count = profile.contexts.size();
    std::vector<std::uint32_t> sizes(count);
    for (std::size_t i = count; i-- > 0;) {
        if (stands_for[i] != i) continue;
        sizes[i] += 1;
        if (i > 0) sizes[profile.contexts[i].parent] += sizes[i];
    }
    std::vector<std::uint32_t> number(count);
    std::vector<std::uint32_t> next(count, 1);  // where the next child's subtree begins, from its caller
    for (std::size_t i = 1; i < count; ++i) {
        if (stands_for[i] != i) continue;
        const std::uint32_t parent = profile.contexts[i].parent;
        number[i] = number[parent] + next[parent];
        next[parent] += sizes[i];
    }
    return number;
}

}  // namespace

PageTree page_tree(const Profile& profile, std::size_t most_contexts, std::span<const Value> beside) {
    PageTree tree;
    if (profile.contexts.empty()) {
        tree.contexts.emplace_back();
        return tree;
    }
    std::vector<std::uint64_t> exclusive(profile.contexts.size());
    add_weights(exclusive, profile.values);
    std::vector<std::uint64_t> of_both = exclusive;
    add_weights(of_both, beside);
    const std::vector<std::uint32_t> stands_for =
        kept_contexts(profile, std::move(of_both), std::max<std::size_t>(most_contexts, 1));
    const std::vector<std::uint32_t> number = preorder(profile, stands_for);
    for (std::size_t i = 0; i < stands_for.size(); ++i) {
        if (stands_for[i] == i) continue;
        ++tree.pruned_contexts;
        tree.pruned_weight += exclusive[i];
    }
    tree.contexts.resize(profile.contexts.size() - tree.pruned_contexts);
    for (std::size_t i = 1; i < stands_for.size(); ++i) {
        const Context& context = profile.contexts[i];
        if (stands_for[i] == i) tree.contexts[number[i]] = {number[context.parent], context.location};
    }
    tree.place.resize(stands_for.size());
    for (std::size_t i = 0; i < stands_for.size(); ++i) tree.place[i] = number[stands_for[i]];
    tree.values = placed(profile.values, tree);
    return tree;
}

std::vector<Value> placed(std::vector<Value> values, const PageTree& tree) {
    for (Value& value : values) value.context = tree.place[value.context];
    return profile::sorted_sums(std::move(values));
}

}  // namespace pyprof::formats
