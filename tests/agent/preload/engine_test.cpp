#include "agent/preload/engine.h"

#include <cmath>

#include "tests/support/catch.h"

using namespace pyprof;

TEST_CASE("random numbers fill their range evenly") {
    capture::Random random;
    random.seed(4711);
    constexpr int draws = 16'000;
    int counts[16] = {};
    for (int i = 0; i < draws; ++i) {
        const std::uint64_t value = random.below(16'000'000);
        REQUIRE(value < 16'000'000);
        ++counts[value / 1'000'000];
    }
    for (const int count : counts) CHECK(std::abs(count - draws / 16) < 5 * std::sqrt(draws / 16.0));
}

TEST_CASE("a phase lasts 8 to 24 samples") {
    capture::Arming arming;
    arming.random.seed(1);
    CHECK_FALSE(preload::phase_ends(arming));
    int length = 0;
    int phases = 0;
    for (int sample = 0; sample < 10'000; ++sample) {
        ++length;
        if (!preload::phase_ends(arming)) continue;
        if (length < 8 || length > 24) FAIL("a phase of " << length << " samples");
        length = 0;
        ++phases;
    }
    CHECK(phases > 10'000 / 24);
    CHECK(phases < 10'000 / 8);
}
