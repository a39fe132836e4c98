#pragma once
// The drawings of the comparison's page, as SVG elements; empty where there is too little to draw.
#include <string>

#include "compare/comparison.h"

namespace pyprof::report {

inline constexpr std::size_t charted_functions = 15;

// The functions largest by samples, in the order that each side has them, joined by lines.
std::string slope_chart(const compare::Comparison& comparison);

// What cProfile has beyond the samples, over the number of calls, both in powers of ten.
std::string tax_chart(const compare::Comparison& comparison);

}  // namespace pyprof::report
