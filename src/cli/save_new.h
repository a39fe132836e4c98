#pragma once
// Profiles that a verb writes.
#include <string>

#include "base/result.h"
#include "profile/profile.h"

namespace pyprof::cli {

// Never over another file: `path`, or the first free numbered one (output.h), which is returned. An error names the
// path and another way; then nothing is left behind.
Result<std::string> save_new(const profile::Profile& profile, const std::string& path);

}  // namespace pyprof::cli
