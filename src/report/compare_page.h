#pragma once
// The comparison as a page of its own: HTML and SVG without scripts, which asks for nothing outside.
// docs/formats/html.md
#include <string>

#include "compare/comparison.h"

namespace pyprof::report {

inline constexpr std::size_t most_page_functions = 1000;

// Its policy allows nothing but the one style sheet. Names may be any bytes: they stand in it as escaped text.
std::string compare_page(const compare::Comparison& comparison);

}  // namespace pyprof::report
