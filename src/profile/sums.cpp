#include "profile/sums.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "base/saturate.h"
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
    std::vector<SpreadSum> of_self(costs.size()), of_total(costs.size());
    for (std::size_t i = 0; i < ranks.size(); i++) {
        std::vector<std::uint64_t> weights(profile.contexts.size());
        for (const Value* value : values[i]) weights[value->context] += value->weight;
        const std::vector<std::uint64_t> self = summer.exclusive(weights), total = summer.total(weights);
        for (std::size_t key = 0; key < costs.size(); key++) {
            of_self[key].add(self[key], ranks[i]);
            of_total[key].add(total[key], ranks[i]);
        }
    }
    for (std::size_t key = 0; key < costs.size(); key++) {
        costs[key].self_ranks = of_self[key].spread();
        costs[key].total_ranks = of_total[key].spread();
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

std::uint64_t place_of(const Value& value) { return std::uint64_t{value.context} << 32 | value.thread; }

// By context in linear time; the few of one context are then sorted.
std::vector<Value> sorted(std::vector<Value> values) {
    std::vector<std::size_t> ends(std::ranges::max(values, {}, &Value::context).context + std::size_t{2});
    for (const Value& value : values) ++ends[value.context + 1];
    std::partial_sum(ends.begin(), ends.end(), ends.begin());
    std::vector<Value> result(values.size());
    for (const Value& value : values) result[ends[value.context]++] = value;
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
        const std::span<Value> of_context{result.data() + begin, end - begin};
        if (!std::ranges::is_sorted(of_context, {}, &Value::thread)) std::ranges::sort(of_context, {}, &Value::thread);
        begin = end;
    }
    return result;
}

}  // namespace

std::vector<Value> sorted_sums(std::vector<Value> values) {
    if (!std::ranges::is_sorted(values, {}, place_of)) values = sorted(std::move(values));
    std::size_t used = 0;
    for (const Value& value : values) {
        if (used != 0 && place_of(values[used - 1]) == place_of(value)) {
            values[used - 1].samples = saturating_add(values[used - 1].samples, value.samples);
            values[used - 1].weight = saturating_add(values[used - 1].weight, value.weight);
        } else {
            values[used++] = value;
        }
    }
    values.resize(used);
    return values;
}

void SpreadSum::add(std::uint64_t figure, std::int32_t rank) {
    if (count_ == 0) {
        first_ = static_cast<double>(figure);
        spread_ = {.min = figure, .max = figure, .argmin = rank, .argmax = rank};
    }
    if (figure < spread_.min) {
        spread_.min = figure;
        spread_.argmin = rank;
    }
    if (figure > spread_.max) {
        spread_.max = figure;
        spread_.argmax = rank;
    }
    const double beyond = static_cast<double>(figure) - first_;
    beyond_ += beyond;
    squares_ += beyond * beyond;
    ++count_;
}

Spread SpreadSum::spread() const {
    Spread spread = spread_;
    if (count_ == 0) return spread;
    const auto count = static_cast<double>(count_);
    const double mean_beyond = beyond_ / count;
    spread.mean = first_ + mean_beyond;
    spread.sigma = std::sqrt(std::max(0.0, squares_ / count - mean_beyond * mean_beyond));
    return spread;
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
