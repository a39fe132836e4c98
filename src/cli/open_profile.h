#pragma once
// Files that pyprof wrote, as profiles: named ones are loaded, gathered ones and recordings are named on the way.
#include <string>
#include <vector>

#include "base/result.h"
#include "gather/tree.h"
#include "profile/profile.h"

namespace pyprof::cli {

struct OpenedProfile {
    profile::Profile profile;
    std::string damage;      // the path and what could not be read of it; empty if the file is whole
    bool had_names = false;  // the file held a named profile
};

// Errors begin with the path and say what to do.
Result<OpenedProfile> open_profile(const std::string& path);

// Gives names to the functions of a tree, with the user's symbol cache.
Result<profile::Profile> name_tree(const gather::Tree& tree);

struct MergedProfile {
    profile::Profile profile;
    std::vector<std::string> unreadable;  // one sentence for each path that gave nothing
    std::string damage;                   // the same of the first damaged file among the others
};

// Everything that the paths hold, as one profile; a folder stands for the recordings, gathered files and profiles in
// it. Fails if nothing could be read.
Result<MergedProfile> merge_paths(const std::vector<std::string>& paths);

}  // namespace pyprof::cli
