#pragma once
// The moments of samples as columns of a page's data block: docs/formats/html.md.
#include <nlohmann/json.hpp>

#include "formats/html_columns.h"
#include "formats/html_tree.h"
#include "profile/profile.h"

namespace pyprof::formats {

// Adds the columns `moment.*`, and to the header's `run` and `processes` what tells how to read them. Needs a profile
// of at most profile::most_moments.
void add_moments(Columns& columns, nlohmann::json& header, const profile::Profile& profile, const PageTree& tree);

}  // namespace pyprof::formats
