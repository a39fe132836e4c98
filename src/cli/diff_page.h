#pragma once
// The page of `diff --html`: that of the later run, with the earlier one beside it.
#include "base/result.h"
#include "cli/page.h"
#include "diff/difference.h"
#include "profile/profile.h"

namespace pyprof::cli {

// `before` and `after` are the profiles of which the difference was made, with their machinery.
Result<Page> diff_page(const diff::Difference& difference, const profile::Profile& before,
                       const profile::Profile& after, bool with_source);

}  // namespace pyprof::cli
