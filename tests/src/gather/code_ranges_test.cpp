#include "gather/code_ranges.h"

#include <random>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof;
using gather::CodeRanges;

TEST_CASE("the code put last is there, byte for byte") {
    struct Byte {
        int code = -1;
        std::uint64_t offset = 0;
        bool replaced = false;
    };
    std::mt19937 random{11};
    for (int round = 0; round < 300; ++round) {
        std::vector<Byte> slow(80);
        CodeRanges ranges;
        for (int code = 0; code < 12; ++code) {
            const unsigned begin = random() % 60 + 1, bytes = random() % 15;
            ranges.put(begin, bytes, static_cast<std::uint32_t>(code));
            bool replaced = false;
            for (unsigned i = begin; i < begin + bytes; ++i) replaced = replaced || slow[i].code >= 0;
            for (unsigned i = begin; i < begin + bytes; ++i) slow[i] = {code, i - begin, replaced};
        }
        for (unsigned i = 0; i < slow.size(); ++i) {
            const auto found = ranges.at(i);
            REQUIRE(found.has_value() == (slow[i].code >= 0));
            if (!found) continue;
            REQUIRE(found->code == static_cast<std::uint32_t>(slow[i].code));
            REQUIRE(found->offset == slow[i].offset);
            REQUIRE(found->replaced == slow[i].replaced);
        }
    }
}

TEST_CASE("ranges that cannot be are passed over") {
    CodeRanges ranges;
    ranges.put(0x10, 0, 1);
    ranges.put(0x10, ~0ULL, 2);
    ranges.put(1ULL << 47, 1, 3);
    CHECK(ranges.empty());
}
