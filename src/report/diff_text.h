#pragma once
// The difference of two runs as text.
#include <string>
#include <vector>

#include "diff/difference.h"
#include "report/options.h"
#include "report/table.h"

namespace pyprof::report {

inline constexpr std::size_t differing_rows = 15;  // of a table, unless more are asked for

struct DiffOptions {
    bool all = false;       // also what is no more than chance, or small
    std::size_t limit = 0;  // rows of a table, 0: differing_rows
};

// In lines of style.width columns (at least 80). Slower rows are red, faster ones blue, where there are colours.
std::string diff_text(const diff::Difference& difference, const DiffOptions& options, const Style& style);

// The tables alone, with all rows or those that are notable.
Table diff_functions(const diff::Difference& difference, bool all);
Table diff_lines(const diff::Difference& difference, bool all);

// What the two runs are and how they differ as wholes; what is not alike; what the columns mean.
std::vector<std::string> diff_facts(const diff::Difference& difference);
std::vector<std::string> diff_legend(const diff::Difference& difference);

// "1.20 s -> 1.71 s, +512 ms (+42.7 %, +- 40.0 ms)", in the unit of the difference.
std::string change_text(const diff::Change& change, const diff::Difference& difference);

}  // namespace pyprof::report
