#pragma once
// Files that pyprof wrote, as profiles: named ones are loaded, gathered ones and recordings are named on the way.
#include <cstddef>
#include <functional>
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

// Of each of some files why it gave nothing, and what of it could not be read; empty where all is well.
struct FileFaults {
    explicit FileFaults(std::size_t files = 0) : errors(files), damages(files) {}
    std::vector<std::string> errors, damages;
};

// Adds up files that hold what has no names yet: recordings and gathered files.
using TreeSum = std::function<gather::Tree(const std::vector<std::string>& files, FileFaults& faults)>;
gather::Tree sum_of_trees(const std::vector<std::string>& files, FileFaults& faults);  // by threads of this process

// The files that hold what has no names yet, or what nobody can read, among those that the paths stand for.
std::vector<std::string> files_before_naming(const std::vector<std::string>& paths);

// Everything that the paths hold, as one profile; a folder stands for the recordings, gathered files and profiles in
// it. Fails if nothing could be read.
Result<MergedProfile> merge_paths(const std::vector<std::string>& paths, const TreeSum& sum = sum_of_trees);

}  // namespace pyprof::cli
