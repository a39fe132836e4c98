#pragma once
// Writes a file so that a reader never sees half of it. Not for the signal side.
#include <functional>
#include <ostream>
#include <string>

#include "base/result.h"

namespace pyprof {

// Writes beside `path` first, then renames over it: a reader sees the old file or the new one. A file that is replaced
// keeps its permissions. After an error `path` is as it was, and nothing else is left behind.
Status replace_file(const std::string& path, const std::function<void(std::ostream&)>& write);

}  // namespace pyprof
