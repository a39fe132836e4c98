#pragma once
// The difference of two runs as a page of its own: HTML and SVG without scripts, which asks for nothing outside.
// docs/formats/html.md
#include <string>

#include "diff/difference.h"

namespace pyprof::report {

inline constexpr std::size_t most_diff_rows = 1000;  // of a table

// Its policy allows nothing but the one style sheet. Names may be any bytes: they stand in it as escaped text.
std::string diff_page(const diff::Difference& difference);

}  // namespace pyprof::report
