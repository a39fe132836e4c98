#pragma once
// The largest section of a gathered tree: its values, of time and of each other metric. For sections.cpp.
#include "gather/sections.h"

namespace pyprof::gather {

// Weights are stored as expiries, which for most values is the number of samples, so that a value takes about four
// bytes: the step to its context, its thread, its samples and how many expiries there were beyond them.
void write_values(ColumnWriter& to, const Tree& tree, const std::vector<Value>& values);
// Like read_section. Values are sorted by (context, thread) and unique unless contexts or threads are lost.
void read_values(ColumnReader& from, const LostSections& lost, const Tree& tree, std::vector<Value>& values);

}  // namespace pyprof::gather
