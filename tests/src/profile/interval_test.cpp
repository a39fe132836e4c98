#include "profile/interval.h"

#include <cmath>
#include <random>

#include "tests/support/catch.h"

namespace pyprof::profile {
namespace {

TEST_CASE("The interval holds the true share in about 95 of 100 experiments") {
    std::mt19937 random{11};
    std::binomial_distribution<std::uint64_t> experiment{400, 0.1};
    int inside = 0;
    for (int i = 0; i < 2000; i++) {
        const Interval interval = interval_of(experiment(random) * 5, Amount{2000, 400});
        inside += interval.low <= 200 && 200 <= interval.high;
    }
    CHECK(inside > 1860);
    CHECK(inside < 1960);
}

TEST_CASE("The interval of nothing starts at 0, of everything ends at the total") {
    CHECK(interval_of(0, Amount{500, 100}).low == 0);
    CHECK(interval_of(0, Amount{500, 100}).high > 0);
    CHECK(std::abs(interval_of(500, Amount{500, 100}).high - 500) < 1e-6);
    CHECK(interval_of(500, Amount{500, 100}).low < 500);
    CHECK(interval_of(0, Amount{}).high == 0);
}

TEST_CASE("Values that no sample stands behind are counted") {
    Profile profile;
    CHECK(is_sampled(profile));
    profile.values = {{0, 0, 0, 5}};
    CHECK(!is_sampled(profile));
    profile.values[0].samples = 1;
    CHECK(is_sampled(profile));
}

}  // namespace
}  // namespace pyprof::profile
