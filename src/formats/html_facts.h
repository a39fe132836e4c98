#pragma once
// What the header of a page's data block says of the run besides names: docs/formats/html.md.
#include <nlohmann/json.hpp>

#include "profile/profile.h"

namespace pyprof::formats {

// `run`, `quality`, `metric`, `measures`, `ratios`, `balance`, `modules`, `processes` and `threads`.
nlohmann::json page_facts(const profile::Profile& profile);

}  // namespace pyprof::formats
