#include "diff/change.h"

#include <cmath>

#include "tests/support/catch.h"

namespace pyprof::diff {
namespace {

constexpr std::uint64_t period = 5'000'000;
const Scale plain{.factor = 1, .unit = period, .is_share = false};

Change of_samples(std::uint64_t before, std::uint64_t after) {
    return change_of({before * period, before, {}}, plain, {after * period, after, {}}, plain);
}

// Two-sided: the chance of a split at least as uneven as `before` of `before + after`, if both sides are alike.
double chance_of_split(int before, int after) {
    const int n = before + after, less = std::min(before, after);
    double sum = 0;
    for (int k = 0; k <= less; k++)
        sum += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) - n * std::log(2.0));
    return std::min(1.0, 2 * sum);
}

TEST_CASE("What is called significant is no likelier than one in seventeen by the exact test") {
    for (int before = 0; before <= 60; before++) {
        for (int after = 0; after <= 60; after++) {
            CAPTURE(before, after);
            const bool is_significant =
                of_samples(static_cast<std::uint64_t>(before), static_cast<std::uint64_t>(after)).is_significant();
            if (is_significant) CHECK(chance_of_split(before, after) < 1.0 / 17);
            // And where the exact test is far beyond doubt, it is called so.
            if (chance_of_split(before, after) < 0.01) CHECK(is_significant);
        }
    }
}

TEST_CASE("A change keeps its values, and knows what is new and what has vanished") {
    const Change change = of_samples(100, 160);
    CHECK(change.before == 100.0 * period);
    CHECK(change.delta() == 60.0 * period);
    CHECK(std::abs(change.sigma.value() - period * std::sqrt(101 + 161)) < 1);
    CHECK(!change.is_new());
    CHECK(of_samples(0, 9).is_new());
    CHECK(of_samples(9, 0).has_vanished());
    CHECK(!of_samples(0, 0).is_significant());
}

TEST_CASE("A threshold is exceeded beyond it and beyond chance") {
    CHECK(of_samples(1000, 1200).is_slower_by(10));
    CHECK(!of_samples(1000, 1200).is_slower_by(25));
    CHECK(!of_samples(10, 12).is_slower_by(10));
    CHECK(!of_samples(1200, 1000).is_slower_by(0));
    CHECK(of_samples(0, 100).is_slower_by(1000));
}

TEST_CASE("The share of everything is no chance") {
    const Scale shares{.factor = 1.0 / (100 * period), .unit = 0.01, .is_share = true};
    CHECK(change_of({100 * period, 100, {}}, shares, {100 * period, 100, {}}, shares).sigma.value() == 0);
}

TEST_CASE("A metric without samples has no interval") {
    const Scale counted{.factor = 1, .unit = 0, .is_share = false};
    const Change change = change_of({7, 0, {}}, counted, {8, 0, {}}, counted);
    CHECK(!change.sigma);
    CHECK(change.is_significant());
}

}  // namespace
}  // namespace pyprof::diff
