#include "profile/interval.h"

#include <algorithm>
#include <cmath>

namespace pyprof::profile {

bool is_sampled(const Profile& profile) {
    return profile.values.empty() ||
           std::ranges::any_of(profile.values, [](const Value& value) { return value.samples > 0; });
}

Interval interval_of(std::uint64_t weight, const Amount& all) {
    if (all.samples == 0 || all.weight == 0) return {};
    constexpr double z = 1.959964;  // two-sided 95 %
    const double n = static_cast<double>(all.samples), whole = static_cast<double>(all.weight);
    const double p = std::min(1.0, static_cast<double>(weight) / whole);
    const double scale = 1 + z * z / n;
    const double middle = (p + z * z / (2 * n)) / scale;
    const double half = z / scale * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return {std::max(0.0, middle - half) * whole, std::min(1.0, middle + half) * whole};
}

}  // namespace pyprof::profile
