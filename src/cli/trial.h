#pragma once
// Short programs run for the doctor: alone, and under pyprof.
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/environment.h"
#include "profile/profile.h"

namespace pyprof::cli {

// The first executable of this name in PATH, empty if there is none.
std::string program_in_path(const std::string& name, const Environment& environment);

// Where recordings would be made: $PYPROF_SPOOL, $TMPDIR or /tmp.
std::string spool_of(const Environment& environment);

// Made below `parent`, named after what it is for, removed with all that is in it.
class TemporaryFolder {
public:
    TemporaryFolder(const std::string& parent, const std::string& purpose);
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::string& path() const { return path_; }  // empty: it could not be made, errno says why

private:
    std::string path_;
};

struct Trial {
    std::string launcher;
    std::string python;
    std::vector<std::string> options;  // of the launcher
    double cpu_seconds = 0.3;
};

// The profile of a Python program that uses so much CPU time. An error is one sentence: there is no folder for it, the
// run failed, or its profile holds no samples.
Result<profile::Profile> record_trial(const Trial& trial, const Environment& environment);

}  // namespace pyprof::cli
