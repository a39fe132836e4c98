#pragma once
// How much a sampled figure changed between two runs, and how sure that is.
#include <cstdint>
#include <optional>

#include "profile/sums.h"

namespace pyprof::diff {

inline constexpr double sigmas = 2;             // beyond which a change is no chance: 4.6 % of equal figures are
inline constexpr double chance = 0.0455;        // that share, of a normal distribution
inline constexpr double smallest_share = 0.01;  // of the larger total, that a change must make up to be shown

// Makes figures of one run: value = scale × weight.
struct Scale {
    double factor = 1;
    double unit = 0;        // what one sample of the whole run stands for, as a value; 0: the metric is not sampled
    bool is_share = false;  // values are shares of the run's total
};

struct Change {
    double before = 0, after = 0;
    std::uint64_t samples_before = 0, samples_after = 0;
    std::optional<double> sigma;  // standard deviation of the difference; nothing for what is not sampled

    double delta() const { return after - before; }
    bool is_new() const { return before == 0 && after > 0; }
    bool has_vanished() const { return after == 0 && before > 0; }
    // Beyond chance, by the number of samples alone; always for what is not sampled.
    bool is_significant() const;
    // More than `percent` above what it was, beyond chance.
    bool is_slower_by(double percent) const;
};

// Numbers of samples are taken for Poisson's, one sample more on each side so that a handful against none is no proof.
// What differs between runs of one program for other reasons (machine, input, placement) is not in it.
Change change_of(const profile::Amount& before, const Scale& scale_before, const profile::Amount& after,
                 const Scale& scale_after);

}  // namespace pyprof::diff
