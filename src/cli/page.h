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

// The page chooses rank and metric by itself, hides machinery, and takes worker threads apart if it has them joined.
Result<Page> page_of(const profile::Profile& profile, report::Workers workers, bool with_source);

}  // namespace pyprof::cli
