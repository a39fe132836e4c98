#pragma once
// Source text of the functions of a profile, as far as the files are readable here.
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "profile/profile.h"

namespace pyprof::report {

class Sources {
public:
    // Relative file names count from the working directory of the first process.
    explicit Sources(const profile::Profile& profile);

    // Line `line` (from 1) of a file without its indentation; empty if it cannot be had. Only regular files of moderate
    // size are read, each once. "<frozen importlib._bootstrap>" and its like are read from the standard library, where
    // the profile has functions of one only: another version's lines are others.
    std::string line(const std::string& file, std::uint32_t line);

private:
    const std::vector<std::string>& lines_of(const std::string& path);

    std::string path_of(const std::string& file) const;

    std::string working_directory_;
    std::string standard_library_;  // folder; empty if there is none or more than one
    std::unordered_map<std::string, std::vector<std::string>> files_;
};

}  // namespace pyprof::report
