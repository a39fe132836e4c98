#include "symbols/line_index.h"

#include "tests/support/catch.h"

namespace pyprof::symbols {
namespace {

LineIndex small_index() {
    LineIndex index;
    index.functions = {{}, {}};
    index.scopes = {{.parent = no_index, .function = 0}, {.parent = 0, .function = 1}};
    index.segments = {{100, 110, 0, 0}, {110, 120, 1, 0}};
    index.rows = {{100, 120, 0, 7}};
    index.units = {{.rows_begin = 0, .rows_end = 1, .segments_begin = 0, .segments_end = 2}};
    index.unit_ranges = {{100, 120, 0, 0}};
    return index;
}

TEST_CASE("a unit's rows and scopes are found by address") {
    const LineIndex index = small_index();
    const Unit& unit = index.units[0];
    CHECK(index.row_at(unit, 115)->line == 7);
    const Scope* innermost = index.scope_at(unit, 115);
    REQUIRE(innermost == &index.scopes[1]);
    CHECK(index.parent_of(*innermost) == &index.scopes[0]);
    CHECK(index.parent_of(index.scopes[0]) == nullptr);
    CHECK(index.scope_at(unit, 120) == nullptr);
}

TEST_CASE("lookups in an index that refers to nothing stay inside and end") {
    LineIndex index = small_index();
    Unit& unit = index.units.own()[0];
    SECTION("scope of a function that does not exist") {
        index.scopes.own()[1].function = 2;
        CHECK(index.scope_at(unit, 115) == nullptr);
    }
    SECTION("scope that is its own caller") {
        index.scopes.own()[1].parent = 1;
        CHECK(index.parent_of(*index.scope_at(unit, 115)) == nullptr);
    }
    SECTION("segment of a scope that does not exist") {
        index.segments.own()[0].value = 2;
        CHECK(index.scope_at(unit, 105) == nullptr);
    }
    SECTION("rows behind the end") {
        unit.rows_end = 200;
        CHECK(index.row_at(unit, 115)->line == 7);
        unit.rows_begin = 100;
        CHECK(index.row_at(unit, 115) == nullptr);
    }
    SECTION("segments that end before they begin") {
        unit.segments_begin = 3;
        CHECK(index.scope_at(unit, 115) == nullptr);
    }
}

}  // namespace
}  // namespace pyprof::symbols
