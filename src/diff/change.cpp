#include "diff/change.h"

#include <algorithm>
#include <cmath>

namespace pyprof::diff {
namespace {

// Of a value that these samples make up.
double variance_of(double value, std::uint64_t samples, const Scale& scale) {
    const double unit = samples > 0 ? value / static_cast<double>(samples) : scale.unit;
    const double rest = scale.is_share ? std::max(0.0, 1 - value) : 1;  // a share of everything does not vary
    return unit * unit * static_cast<double>(samples + 1) * rest;
}

}  // namespace

bool Change::is_significant() const { return !sigma || std::abs(delta()) > sigmas * *sigma; }

bool Change::is_slower_by(double percent) const { return is_significant() && after > before * (1 + percent / 100); }

Change change_of(const profile::Amount& before, const Scale& scale_before, const profile::Amount& after,
                 const Scale& scale_after) {
    Change change{.before = scale_before.factor * static_cast<double>(before.weight),
                  .after = scale_after.factor * static_cast<double>(after.weight),
                  .samples_before = before.samples,
                  .samples_after = after.samples,
                  .sigma = std::nullopt};
    if (scale_before.unit > 0 && scale_after.unit > 0)
        change.sigma = std::sqrt(variance_of(change.before, before.samples, scale_before) +
                                 variance_of(change.after, after.samples, scale_after));
    return change;
}

}  // namespace pyprof::diff
