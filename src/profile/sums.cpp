#include "profile/sums.h"

#include <algorithm>
#include <set>
#include <utility>

#include "profile/tree.h"

namespace pyprof::profile {
namespace {

// Values added up per key: exclusive by the context's key, inclusive over the outermost contexts of each key.
class Summer {
public:
    Summer(const Profile& profile, std::span<const std::uint32_t> keys, std::uint32_t key_count)
        : profile_{profile}, keys_{keys}, key_count_{key_count}, outermost_{outermost(profile, keys)} {}

    std::vector<std::uint64_t> exclusive(const std::vector<std::uint64_t>& values) const {
        std::vector<std::uint64_t> sums(key_count_);
        for (std::size_t i = 0; i < values.size(); i++) {
            if (keys_[i] != none) sums[keys_[i]] += values[i];
        }
        return sums;
    }
    std::vector<std::uint64_t> total(const std::vector<std::uint64_t>& values) const {
        std::vector<std::uint64_t> sums(key_count_);
        const std::vector<std::uint64_t> all = inclusive(profile_, values);
        for (std::size_t i = 0; i < all.size(); i++) {
            if (outermost_[i]) sums[keys_[i]] += all[i];
        }
        return sums;
    }

private:
    const Profile& profile_;
    std::span<const std::uint32_t> keys_;
    std::uint32_t key_count_;
    std::vector<bool> outermost_;
};

void add_ranks(const Profile& profile, const Summer& summer, std::vector<Cost>& costs) {
    const std::vector<std::int32_t> ranks = ranks_of(profile);
    if (ranks.empty()) return;
    std::vector<std::vector<const Value*>> values(ranks.size());
    for (const Value& value : profile.values) {
        const std::int32_t rank = profile.processes[profile.threads[value.thread].process].rank;
        if (rank < 0) continue;
        const auto place = std::ranges::lower_bound(ranks, rank) - ranks.begin();
        values[static_cast<std::size_t>(place)].push_back(&value);
    }
    const auto add = [&](std::optional<Spread>& spread, std::uint64_t weight, std::int32_t rank) {
        if (!spread) spread = Spread{weight, weight, 0, rank, rank};
        spread->mean += static_cast<double>(weight) / static_cast<double>(ranks.size());
        if (weight < spread->min) {
            spread->min = weight;
            spread->argmin = rank;
        }
        if (weight > spread->max) {
            spread->max = weight;
            spread->argmax = rank;
        }
    };
    for (std::size_t i = 0; i < ranks.size(); i++) {
        std::vector<std::uint64_t> weights(profile.contexts.size());
        for (const Value* value : values[i]) weights[value->context] += value->weight;
        const std::vector<std::uint64_t> self = summer.exclusive(weights), total = summer.total(weights);
        for (std::size_t key = 0; key < costs.size(); key++) {
            add(costs[key].self_ranks, self[key], ranks[i]);
            add(costs[key].total_ranks, total[key], ranks[i]);
        }
    }
}

void add_split(const Profile& profile, const Summer& summer, const std::vector<std::uint64_t>& weights,
               std::vector<Cost>& costs) {
    const std::vector<Category> activity = activities(profile);
    for (std::size_t category = 0; category < category_count; category++) {
        std::vector<std::uint64_t> part(weights.size());
        bool any = false;
        for (std::size_t i = 0; i < weights.size(); i++) {
            if (static_cast<std::size_t>(activity[i]) != category || weights[i] == 0) continue;
            part[i] = weights[i];
            any = true;
        }
        if (!any) continue;
        const std::vector<std::uint64_t> sums = summer.total(part);
        for (std::size_t key = 0; key < costs.size(); key++) costs[key].split[category] = sums[key];
    }
}

void add_measures(const Profile& profile, const Summer& summer, std::vector<Cost>& costs) {
    for (const Measure& measure : profile.measures) {
        std::vector<std::uint64_t> weights(profile.contexts.size());
        for (const Value& value : measure.values) weights[value.context] += value.weight;
        const std::vector<std::uint64_t> self = summer.exclusive(weights), total = summer.total(weights);
        for (std::size_t key = 0; key < costs.size(); key++) {
            costs[key].self.measures.push_back(self[key]);
            costs[key].total.measures.push_back(total[key]);
        }
    }
}

}  // namespace

std::vector<Value> sorted_sums(std::vector<Value> values) {
    std::ranges::sort(values, {}, [](const Value& value) { return std::pair{value.context, value.thread}; });
    std::vector<Value> result;
    for (const Value& value : values) {
        if (!result.empty() && result.back().context == value.context && result.back().thread == value.thread) {
            result.back().samples += value.samples;
            result.back().weight += value.weight;
        } else {
            result.push_back(value);
        }
    }
    return result;
}

std::vector<std::int32_t> ranks_of(const Profile& profile) {
    std::set<std::int32_t> ranks;
    for (const Process& process : profile.processes) {
        if (process.rank >= 0) ranks.insert(process.rank);
    }
    return {ranks.begin(), ranks.end()};
}

Amount sum_all(const Profile& profile) {
    return amounts_by(profile, 1, [](const Value&) { return 0U; }).front();
}

std::vector<Cost> sum_by(const Profile& profile, std::span<const std::uint32_t> keys, std::uint32_t key_count) {
    std::vector<std::uint64_t> weights(profile.contexts.size()), samples(profile.contexts.size());
    for (const Value& value : profile.values) {
        weights[value.context] += value.weight;
        samples[value.context] += value.samples;
    }
    const Summer summer{profile, keys, key_count};
    const std::vector<std::uint64_t> self = summer.exclusive(weights), self_samples = summer.exclusive(samples);
    const std::vector<std::uint64_t> total = summer.total(weights), total_samples = summer.total(samples);
    std::vector<Cost> costs(key_count);
    for (std::size_t key = 0; key < key_count; key++) {
        costs[key].self = {self[key], self_samples[key], {}};
        costs[key].total = {total[key], total_samples[key], {}};
    }
    add_measures(profile, summer, costs);
    add_split(profile, summer, weights, costs);
    add_ranks(profile, summer, costs);
    return costs;
}

}  // namespace pyprof::profile
