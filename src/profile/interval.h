#pragma once
// How sure a sampled figure is.
#include <cstdint>

#include "profile/sums.h"

namespace pyprof::profile {

// Whether values stand on samples; those of an imported profile may be counted.
bool is_sampled(const Profile& profile);

struct Interval {
    double low = 0, high = 0;  // weights
};

// 95 % interval of a weight that is a share of `all`, after E. B. Wilson (1927), "Probable inference, the law of
// succession, and statistical inference", with all.samples independent samples. Samples of one thread that follow each
// other are independent unless the program beats in time with the timer.
Interval interval_of(std::uint64_t weight, const Amount& all);

}  // namespace pyprof::profile
