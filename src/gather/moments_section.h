#pragma once
// The moments of a gathered tree: times, threads and contexts as steps from the moment before, about four bytes each.
// For sections.cpp.
#include <vector>

#include "gather/sections.h"

namespace pyprof::gather {

void write_moments(ColumnWriter& to, const std::vector<Moment>& moments);
// Like read_section. Moments are in order unless contexts or threads are lost.
void read_moments(ColumnReader& from, const LostSections& lost, Tree& tree);

}  // namespace pyprof::gather
