#pragma once
// The gzipped protobuf that pprof, Perfetto, speedscope and profiling services read. docs/formats/pprof.md
#include <string>

#include "base/result.h"
#include "profile/profile.h"

namespace pyprof::formats {

// One sample per stack and thread with the labels rank, host, pid and thread. Fails where the message would be longer
// than the 2 GiB that protobuf allows.
Result<std::string> pprof(const profile::Profile& profile);

}  // namespace pyprof::formats
