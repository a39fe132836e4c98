#include "symbols/line_index.h"

#include "tests/support/catch.h"

namespace pyprof::symbols {
namespace {

LineIndex small_index() {
    LineIndex index;
    index.functions.resize(2);
    index.scopes = {{.parent = no_index, .function = 0}, {.parent = 0, .function = 1}};
    index.segments = {{100, 110, 0, 0}, {110, 120, 1, 0}};
    index.rows = {{100, 120, 0, 7}};
    index.units = {{.rows_begin = 0, .rows_end = 1, .segments_begin = 0, .segments_end = 2}};
    index.unit_ranges = {{100, 120, 0, 0}};
    return index;
}

TEST_CASE("a unit's rows and scopes are found by address") {
    const LineIndex index = small_index();
    REQUIRE(is_consistent(index));
    CHECK(index.row_at(index.units[0], 115)->line == 7);
    CHECK(index.scope_at(index.units[0], 115)->value == 1);
    CHECK(index.scope_at(index.units[0], 120) == nullptr);
}

TEST_CASE("an index that refers to nothing is seen") {
    LineIndex index = small_index();
    SECTION("scope of a function that does not exist") { index.scopes[1].function = 2; }
    SECTION("scope that is its own caller") { index.scopes[1].parent = 1; }
    SECTION("segment of a scope that does not exist") { index.segments[0].value = 2; }
    SECTION("range of a unit that does not exist") { index.unit_ranges[0].value = 1; }
    SECTION("rows behind the end") { index.units[0].rows_end = 2; }
    SECTION("segments that end before they begin") { index.units[0].segments_begin = 3; }
    CHECK_FALSE(is_consistent(index));
}

}  // namespace
}  // namespace pyprof::symbols
