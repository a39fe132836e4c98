#pragma once
// Ratios of metrics, such as instructions per cycle: derived when they are shown, so that they are right for every sum.
#include <optional>
#include <string>
#include <vector>

#include "profile/profile.h"
#include "profile/sums.h"

namespace pyprof::profile {

struct Ratio {
    std::string name;  // "ipc", …
    std::string unit;  // what one of it is: "instructions/cycle"
    // Places among the profile's measures; `none` is the profile's own metric.
    std::uint32_t numerator = none, denominator = none;
    double scale = 1;  // the value is scale × numerator / denominator
};

// The ratios that the profile's metrics allow, each name once.
std::vector<Ratio> ratios_of(const Profile& profile);

// Nothing where the denominator is 0.
std::optional<double> value_of(const Ratio& ratio, const Amount& amount);

}  // namespace pyprof::profile
