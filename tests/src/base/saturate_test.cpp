#include "base/saturate.h"

#include "tests/support/catch.h"

using namespace pyprof;

TEST_CASE("sums and products stop at the largest value") {
    constexpr std::uint64_t most = ~std::uint64_t{0};
    CHECK(saturating_add<std::uint64_t>(2, 3) == 5);
    CHECK(saturating_add(most, most) == most);
    CHECK(saturating_add<std::uint64_t>(most - 1, 1) == most);
    CHECK(saturating_add<std::uint32_t>(0xFFFFFFFF, 1) == 0xFFFFFFFF);
    CHECK(saturating_multiply<std::uint64_t>(1u << 31, 1u << 31) == std::uint64_t{1} << 62);
    CHECK(saturating_multiply<std::uint64_t>(most, 2) == most);
    CHECK(saturating_multiply<std::uint64_t>(most, 0) == 0);
}

TEST_CASE("a difference stops at zero") {
    CHECK(difference_or_zero(7, 5) == 2);
    CHECK(difference_or_zero(5, 7) == 0);
    CHECK(difference_or_zero(5, 5) == 0);
}
