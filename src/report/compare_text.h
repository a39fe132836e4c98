#pragma once
// The comparison as a table of one screen.
#include <string>

#include "compare/comparison.h"
#include "report/options.h"
#include "report/table.h"

namespace pyprof::report {

inline constexpr std::size_t compared_functions = 15;  // of the table, unless more are asked for

// At most `limit` functions (0: compared_functions) or lines (0: all), in lines of style.width columns (at least 80).
std::string compare_text(const compare::Comparison& comparison, std::size_t limit, const Style& style);

// The table alone, all functions or lines.
Table compare_table(const compare::Comparison& comparison);

// What a comparison says of the whole run, and what its columns and flags mean, sentence by sentence.
std::vector<std::string> compare_facts(const compare::Comparison& comparison);
std::vector<std::string> compare_legend(const compare::Comparison& comparison);

}  // namespace pyprof::report
