#pragma once
// The page of `compare --html`: that of the sampled profile, with what a tracing profiler counted beside it.
#include "base/result.h"
#include "cli/page.h"
#include "compare/comparison.h"
#include "profile/profile.h"

namespace pyprof::cli {

// `profile` is one of those of which the comparison was made. Rows know their function of the page as `id`.
Result<Page> compare_page(const compare::Comparison& comparison, const profile::Profile& profile, bool with_source);

}  // namespace pyprof::cli
