#pragma once
// Sums the values of a profile by function, by line or by any other key of its contexts.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "profile/categories.h"
#include "profile/profile.h"

namespace pyprof::profile {

struct Amount {
    std::uint64_t weight = 0;  // of the profile's metric
    std::uint64_t samples = 0;
    std::vector<std::uint64_t> measures{};  // of each of the profile's measures
    friend bool operator==(const Amount&, const Amount&) = default;
};

// How a figure (a weight) differs between the ranks of a job; ranks without the figure count as 0.
struct Spread {
    std::uint64_t min = 0, max = 0;
    double mean = 0;
    double sigma = 0;          // standard deviation over the ranks
    std::int32_t argmin = -1;  // the lowest rank with the minimum
    std::int32_t argmax = -1;  // the lowest rank with the maximum
};

// Makes a Spread of the figures of ranks, given one by one in the order of the ranks.
class SpreadSum {
public:
    void add(std::uint64_t figure, std::int32_t rank);
    Spread spread() const;  // of those so far

private:
    Spread spread_{};
    std::uint64_t count_ = 0;
    double first_ = 0, beyond_ = 0, squares_ = 0;  // what figures are beyond the first, and the squares of that
};

using Split = std::array<std::uint64_t, category_count>;  // a weight, by activity

struct Cost {
    Amount self;                        // exclusive
    Amount total;                       // inclusive, recursion counted once per stack
    Split split{};                      // of total.weight
    std::optional<Spread> self_ranks;   // of self.weight; nothing without MPI
    std::optional<Spread> total_ranks;  // of total.weight
};

// One Cost for every key below `key_count`; keys[context] is its key, or `none`.
std::vector<Cost> sum_by(const Profile& profile, std::span<const std::uint32_t> keys, std::uint32_t key_count);

// The sums of all values whose `place_of(value)` is the same, by place; places are below `count`, or `none`.
template <class PlaceOf>
std::vector<Amount> amounts_by(const Profile& profile, std::size_t count, PlaceOf place_of) {
    std::vector<Amount> sums(count, Amount{0, 0, std::vector<std::uint64_t>(profile.measures.size())});
    for (const Value& value : profile.values) {
        const std::uint32_t place = place_of(value);
        if (place == none) continue;
        sums[place].weight += value.weight;
        sums[place].samples += value.samples;
    }
    for (std::size_t i = 0; i < profile.measures.size(); i++) {
        for (const Value& value : profile.measures[i].values) {
            const std::uint32_t place = place_of(value);
            if (place != none) sums[place].measures[i] += value.weight;
        }
    }
    return sums;
}

// The sum of all values.
Amount sum_all(const Profile& profile);

// Sorted by (context, thread); equal ones are added up.
std::vector<Value> sorted_sums(std::vector<Value> values);

// The ranks of the job that have a process here, in order.
std::vector<std::int32_t> ranks_of(const Profile& profile);

}  // namespace pyprof::profile
