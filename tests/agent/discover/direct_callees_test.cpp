#include "agent/discover/direct_callees.h"

#include <algorithm>
#include <array>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof;
using namespace pyprof::discover;

namespace {

// At 0x1000: a call of 0x2000, one of 0x1000, the first once more, a jump, one of something far away, half a call.
constexpr unsigned char code[] = {0x55, 0xe8, 0xfa, 0x0f, 0x00, 0x00, 0xe8, 0xf5, 0xff, 0xff,
                                  0xff, 0xe8, 0xf0, 0x0f, 0x00, 0x00, 0xe9, 0x00, 0x00, 0x00,
                                  0x00, 0xe8, 0x00, 0x00, 0x00, 0x70, 0xe8, 0x00, 0x00, 0x00};

}  // namespace

TEST_CASE("the functions that a function calls are found in its code, each once") {
    std::array<std::uint64_t, 4> callees{9, 9, 9, 9};
    find_direct_callees(code, 0x1000, {0x1000, 0x3000}, callees);
    CHECK(callees == std::array<std::uint64_t, 4>{0x2000, 0x1000, 0, 0});
}

TEST_CASE("no more callees are found than there is room for") {
    std::array<std::uint64_t, 1> callees{};
    find_direct_callees(code, 0x1000, {0x1000, 0x3000}, callees);
    CHECK(callees[0] == 0x2000);
    find_direct_callees({}, 0x1000, {0x1000, 0x3000}, callees);
    CHECK(callees[0] == 0);
}
