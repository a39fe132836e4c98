#pragma once
// How much of the run the profile shows, and what it cost: the honest box of every output.
#include <cstdint>
#include <span>
#include <string_view>

#include "gather/tree.h"
#include "merge/names.h"
#include "profile/profile.h"

namespace pyprof::merge {

// The word for a loss in report --json, "unwind_truncated" and so on.
std::string_view name_of(wire::Loss loss);

// Everything but the two figures of count_names().
profile::Quality quality_of(const gather::Tree& tree);

// Counts samples with a native leaf, and those among them whose code has neither symbol nor function range.
void count_names(const gather::Tree& tree, Names& names, profile::Quality& quality);

// The duration below which `share` (0 to 1) of the handler runs lie, in nanoseconds, from a histogram as in
// gather::Process. The logarithm is interpolated within a bucket. 0 if nothing was counted.
std::uint64_t percentile(std::span<const std::uint64_t> histogram, double share);

}  // namespace pyprof::merge
