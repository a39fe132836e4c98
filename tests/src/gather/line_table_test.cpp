#include "gather/line_table.h"

#include <fstream>
#include <limits>
#include <random>

#include "tests/support/catch.h"
#include "tests/support/line_table_cases.h"

using pyprof::gather::LineTable;
using pyprof::wire::LineTableKind;
using namespace std::string_view_literals;

TEST_CASE("lines are those that CPython 3.8 to 3.13 give themselves") {
    std::ifstream cases{PYPROF_LINE_TABLES};
    const auto verdict = pyprof::test_support::check_line_tables(cases);
    CHECK(verdict.cases >= 60);
    CHECK(verdict.differences == std::vector<std::string>{});
}

TEST_CASE("a table by hand: lnotab") {
    // +6 bytes +1 line, +50 bytes, then lines +127 +100 at once, then two back after 4 bytes
    const LineTable lines{LineTableKind::lnotab, 10, 0, "\x06\x01\x32\x7f\x00\x64\x04\xfe"sv};
    CHECK(lines.line_of(0) == 10);
    CHECK(lines.line_of(2) == 10);
    CHECK(lines.line_of(3) == 11);
    CHECK(lines.line_of(27) == 11);
    CHECK(lines.line_of(28) == 238);
    CHECK(lines.line_of(30) == 236);
    CHECK(lines.line_of(1'000'000) == 236);
}

TEST_CASE("a table by hand: 3.10") {
    const LineTable lines{LineTableKind::pep626, 10, 0, "\x04\x01\x02\x80\x04\x02"sv};
    CHECK(lines.line_of(0) == 11);
    CHECK(lines.line_of(1) == 11);
    CHECK(lines.line_of(2) == 0);  // -128: no line, and no movement
    CHECK(lines.line_of(3) == 13);
    CHECK(lines.line_of(5) == 0);  // beyond the end
}

TEST_CASE("a table by hand: 3.11") {
    const LineTable lines{LineTableKind::locations, 10, 0,
                          "\x81\x00"                  // short form, 2 units, same line
                          "\xd8\x01\x02"              // one line on, 1 unit
                          "\xf8"                      // nothing, 1 unit
                          "\xe9\x05"                  // no columns, 2 units, -2 lines
                          "\xf0\x08\x00\x01\x01"sv};  // long form, 1 unit, +4 lines
    const std::uint32_t expected[] = {10, 10, 11, 0, 9, 9, 13, 0};
    for (std::int64_t unit = 0; unit < 8; ++unit) CHECK(lines.line_of(unit) == expected[unit]);
}

TEST_CASE("a function that binds its arguments or has not started is on its first line") {
    const LineTable lines{LineTableKind::pep626, 10, 3, "\x10\x05"sv};
    CHECK(lines.line_of(-1) == 10);
    CHECK(lines.line_of(0) == 10);
    CHECK(lines.line_of(2) == 10);
    CHECK(lines.line_of(3) == 15);
}

TEST_CASE("lines that cannot be are none") {
    CHECK(LineTable(LineTableKind::pep626, 10, 0, "\x02\x81"sv).line_of(0) == 0);  // -127 lines
    CHECK(LineTable(LineTableKind::pep626, -5, 0, ""sv).line_of(-1) == 0);
    CHECK(
        LineTable(LineTableKind::locations, std::numeric_limits<std::int32_t>::max(), 0, "\xd8\x01\x02"sv).line_of(0) ==
        0);
    CHECK(LineTable(static_cast<LineTableKind>(9), 10, 0, "\x02\x01"sv).line_of(0) == 0);
}

TEST_CASE("a table that is cut keeps the lines before the cut") {
    const LineTable lines{LineTableKind::locations, 10, 0, "\x81\x00\xe9"sv};
    CHECK(lines.line_of(1) == 10);
    CHECK(lines.line_of(2) == 0);
}

TEST_CASE("any bytes make a table") {
    std::mt19937 random{11};
    for (int round = 0; round < 2000; ++round) {
        std::string bytes(random() % 40, '\0');
        for (char& byte : bytes) byte = static_cast<char>(random() | (random() % 2 == 0 ? 0x80 : 0));
        for (const auto kind : {LineTableKind::lnotab, LineTableKind::pep626, LineTableKind::locations}) {
            const LineTable lines{kind, static_cast<std::int32_t>(random()), 0, bytes};
            for (std::int64_t unit = -1; unit < 100; ++unit)
                REQUIRE(lines.line_of(unit) <= static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max()));
        }
    }
}
