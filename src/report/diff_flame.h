#pragma once
// The differential flame graph, as an SVG element: callers above, what became slower red, what became faster blue, what
// is new or vanished told by a pattern as well.
#include <string>

#include "diff/difference.h"

namespace pyprof::report {

inline constexpr std::size_t most_drawn_frames = 4000, deepest_drawn_frame = 100;

// Empty where there is nothing to draw. Frames too narrow to be seen, deeper ones and those beyond most_drawn_frames
// are left out, which a text below says. Its classes are those of the page's style sheet.
std::string diff_flame(const diff::Difference& difference);

}  // namespace pyprof::report
