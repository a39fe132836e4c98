#include "diff/flame.h"

#include <algorithm>
#include <unordered_map>

#include "profile/tree.h"

namespace pyprof::diff {
namespace {

using profile::Amount;
using profile::none;

struct Sums {
    Amount self{}, total{};
};

void add(Amount& sum, const Amount& part) {
    sum.weight += part.weight;
    sum.samples += part.samples;
}

class Merger {
public:
    void add_side(const SideOfFlame& from, const std::vector<std::uint32_t>& pair_of, std::vector<Sums> Merger::*sums) {
        const profile::Profile& profile = from.profile;
        std::vector<std::uint32_t> node_of(profile.contexts.size());
        for (std::uint32_t i = 1; i < node_of.size(); i++) {
            const std::uint32_t function = from.side.of_function[profile::location_of(profile, i).function];
            node_of[i] = child(node_of[profile.contexts[i].parent], pair_of[function]);
        }
        (this->*sums).resize(parents_.size());
        for (const profile::Value& value : profile.values)
            add((this->*sums)[node_of[value.context]].self, {value.weight, value.samples, {}});
    }

    std::vector<FlameNode> finish(const Scale& before, const Scale& after) {
        before_.resize(parents_.size());
        after_.resize(parents_.size());
        add_up(before_);
        add_up(after_);
        std::vector<FlameNode> nodes;
        std::vector<std::uint32_t> place(parents_.size());
        for (std::uint32_t i = 0; i < parents_.size(); i++) {
            place[i] = static_cast<std::uint32_t>(nodes.size());
            const bool has_value = before_[i].total.samples + after_[i].total.samples > 0 ||
                                   before_[i].total.weight + after_[i].total.weight > 0;
            if (i > 0 && !has_value) continue;
            nodes.push_back({.parent = place[parents_[i]],
                             .pair = pairs_[i],
                             .self = change_of(before_[i].self, before, after_[i].self, after),
                             .total = change_of(before_[i].total, before, after_[i].total, after)});
        }
        for (std::size_t i = nodes.size(); i-- > 0;) {
            nodes[i].width += std::max(nodes[i].self.before, nodes[i].self.after);
            if (i > 0) nodes[nodes[i].parent].width += nodes[i].width;
        }
        return nodes;
    }

    std::vector<Sums> before_, after_;  // by node

private:
    std::uint32_t child(std::uint32_t parent, std::uint32_t pair) {
        const std::uint64_t key = static_cast<std::uint64_t>(parent) << 32 | pair;
        const auto [known, is_new] = known_.try_emplace(key, static_cast<std::uint32_t>(parents_.size()));
        if (is_new) {
            parents_.push_back(parent);
            pairs_.push_back(pair);
        }
        return known->second;
    }
    void add_up(std::vector<Sums>& sums) const {
        for (std::size_t i = sums.size(); i-- > 0;) {
            add(sums[i].total, sums[i].self);
            if (i > 0) add(sums[parents_[i]].total, sums[i].total);
        }
    }

    std::vector<std::uint32_t> parents_{0}, pairs_{none};
    std::unordered_map<std::uint64_t, std::uint32_t> known_;
};

}  // namespace

std::vector<FlameNode> flame_of(const SideOfFlame& before, const SideOfFlame& after, const std::vector<Pair>& pairs) {
    // Functions without a value stand in no pair, and their contexts have no value either.
    std::vector<std::uint32_t> pair_before(before.side.functions.size(), none),
        pair_after(after.side.functions.size(), none);
    for (std::uint32_t i = 0; i < pairs.size(); i++) {
        if (pairs[i].before != none) pair_before[pairs[i].before] = i;
        if (pairs[i].after != none) pair_after[pairs[i].after] = i;
    }
    Merger merger;
    merger.add_side(before, pair_before, &Merger::before_);
    merger.add_side(after, pair_after, &Merger::after_);
    return merger.finish(before.scale, after.scale);
}

}  // namespace pyprof::diff
