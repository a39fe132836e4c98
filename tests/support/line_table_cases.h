#pragma once
// Line tables with what CPython says about them, as text. One case per line, made by tests/support/line_tables.py:
//   KIND FIRST_LINE TABLE_HEX UNITS RANGES
// KIND is wire::LineTableKind as a number, UNITS the number of code units, RANGES "unit:line,…" where the line of a
// unit changes (0: none).
#include <istream>
#include <string>
#include <vector>

namespace pyprof::test_support {

struct LineTableVerdict {
    std::size_t cases = 0;
    std::size_t units = 0;
    std::vector<std::string> differences;  // the first of each case
};

LineTableVerdict check_line_tables(std::istream& cases);

}  // namespace pyprof::test_support
