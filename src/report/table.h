#pragma once
// A list of a report as rows and columns, written for people or for programs.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "report/options.h"

namespace pyprof::report {

struct Column {
    std::string title;    // for people
    std::string key;      // for programs
    bool number = false;  // to the right
    bool detail = false;  // for programs alone
};

struct Cell {
    std::string shown;  // for people; may hold anything
    std::string exact;  // for programs: full precision, no units, empty for unknown
};

Cell text_cell(const std::string& text);
Cell count_cell(std::uint64_t number);
Cell share_cell(double share);
Cell time_cell(std::uint64_t ns);
Cell bytes_cell(std::uint64_t number);
Cell ratio_cell(double ratio);
inline Cell unknown_cell() { return {}; }

struct Table {
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows;
};

// Columns for people lined up, with a line of titles. Wider than style.width only if there are too many columns: the
// last one is cut to fit.
std::string as_text(const Table& table, const Style& style);

// The same with bold titles and each row in the colour that `code_of` gives for its index (an ANSI code, empty for
// none), where the style has colours.
std::string as_coloured_text(const Table& table, const Style& style,
                             const std::function<std::string(std::size_t)>& code_of);

// RFC 4180: all columns, keys in the first line, fields quoted where needed, lines end in \n. Text that a spreadsheet
// would take for a formula gets an apostrophe in front.
std::string as_csv(const Table& table);

// A table of GitHub's Markdown, of the columns for people; names cannot break out of their cell.
std::string as_markdown(const Table& table);

}  // namespace pyprof::report
