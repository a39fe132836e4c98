#include "cli/rank_ranges.h"

#include "tests/support/catch.h"

namespace pyprof::cli {
namespace {

TEST_CASE("Lists of ranks hold numbers, ranges and open ends") {
    const RankRanges ranges = rank_ranges("0,4-7,9-").value();
    for (const int rank : {0, 4, 7, 9, 1'000'000}) CHECK(has_rank(ranges, rank));
    for (const int rank : {1, 3, 8}) CHECK(!has_rank(ranges, rank));
    CHECK(has_rank(rank_ranges("2-,0").value(), 0));
}

TEST_CASE("What is no such list is none") {
    for (const char* text : {"", "a", "1,", ",1", "3-1", "-1", "1-2-3", "1 2", "99999999999", "1--2"}) {
        CAPTURE(text);
        CHECK(!rank_ranges(text));
    }
}

}  // namespace
}  // namespace pyprof::cli
