#include "base/even_choice.h"

#include <cmath>
#include <numeric>

#include "tests/support/catch.h"

using namespace pyprof;

TEST_CASE("of every group one is kept, in order, and of a part of a group at most one") {
    for (const std::size_t count : {0, 1, 7, 8, 9, 1000, 1001}) {
        std::vector<std::uint32_t> things(count);
        std::iota(things.begin(), things.end(), 0U);
        keep_evenly(things, 3);
        CHECK((things.size() == count / 8 || things.size() == (count + 7) / 8));
        for (std::size_t i = 0; i < things.size(); ++i) CHECK(things[i] / 8 == i);
    }
}

TEST_CASE("nothing is left out without a reason") {
    std::vector<int> things{3, 1, 2};
    keep_evenly(things, 0);
    CHECK(things == std::vector{3, 1, 2});
}

TEST_CASE("things that take turns are met alike") {
    constexpr std::uint64_t groups = 20'000;
    for (const unsigned shift : {1U, 2U, 5U}) {
        std::vector<double> met(std::size_t{1} << shift);
        for (std::uint64_t group = 0; group < groups; ++group) ++met[even_choice(group, shift)];
        const double expected = static_cast<double>(groups) / static_cast<double>(met.size());
        for (const double count : met) CHECK(std::abs(count - expected) < 5 * std::sqrt(expected));
    }
}
