#pragma once
// The protobuf message of pprof (profile.proto of github.com/google/pprof), as pprof, Go, and pyprof itself write it.
#include <string_view>

#include "base/result.h"
#include "profile/profile.h"

namespace pyprof::imports {

// `message` is not compressed, and not trusted: memory and time are in proportion to it. The metric is the sample type
// that the file calls its default, else the last; a type "samples" gives the numbers of samples. Labels rank, host, pid
// and thread make processes and threads, as pyprof writes them.
Result<profile::Profile> read_pprof(std::string_view message);

}  // namespace pyprof::imports
