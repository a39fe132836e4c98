#pragma once
// Recordings and gathered trees as files. Not for the signal side. Errors name the file and what to do.
#include <string>
#include <vector>

#include "base/result.h"
#include "gather/tree.h"

namespace pyprof::gather {

// A recording, as its rank gives it to the sum of all (fold.h), or a gathered file, told apart by their first bytes.
Result<Tree> gather_file(const std::string& path);

enum class IfPresent {
    replace,  // a reader sees the old file or the new one
    refuse    // fails, also if the file appears meanwhile
};

// Writes PATH.PID.part first, then moves it to `path`. After an error nothing is left behind.
Status write_gathered(const std::string& path, const Tree& tree, IfPresent if_present = IfPresent::replace);

// Paths of all *.rec, *.rec.done and *.gath in a folder, sorted. (docs/formats/files.md)
Result<std::vector<std::string>> list_recordings(const std::string& folder);

}  // namespace pyprof::gather
