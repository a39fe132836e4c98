#pragma once
// What the page of a profile shows: the same for `report --html` and for `view`.
#include "base/result.h"
#include "formats/html.h"
#include "profile/profile.h"
#include "report/options.h"

namespace pyprof::cli {

struct Page {
    profile::Profile profile;
    formats::PageParts parts;
};

// The page has all ranks and metrics and opens with those of `options`; it hides machinery, and takes worker threads
// apart if it has them joined. A rank or metric that it has not is an error that names those there are.
Result<Page> page_of(const profile::Profile& profile, const report::Options& options, bool with_source);

}  // namespace pyprof::cli
