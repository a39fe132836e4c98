#pragma once
// The machine-readable report, schema pyprof.report/1 (report.schema.json). Fields are added, never renamed.
#include <string>

#include "profile/profile.h"
#include "report/options.h"

namespace pyprof::report {

// `profile` is one that prepare() made. Texts that are not UTF-8 get replacement characters.
std::string json(const profile::Profile& profile, const Options& options);

}  // namespace pyprof::report
