#pragma once
// Files that a process left for `perf` under a name that anybody could have taken. Not for the signal side.
#include <cstddef>
#include <string>

#include "wire/recording.h"

namespace pyprof::gather {

// The first `most` bytes of such a file of the process that made a recording. Empty if there is none: only a regular
// file of this user on this machine is read, written since the process started, and no link is followed. It is copied,
// not mapped: the process may still write it, or somebody shorten it.
std::string content_of_process(const std::string& path, const wire::RecordingHeader& header, std::size_t most);

}  // namespace pyprof::gather
