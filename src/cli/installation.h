#pragma once
// Where pyprof's parts lie, relative to the running program, so that an installation can be moved as a whole.
#include <string>

#include "base/result.h"

namespace pyprof::cli {

struct Installation {
    std::string agent;    // lib/pyprof/libpyprof-agent.so
    std::string mpi;      // lib/pyprof/libpyprof-mpi.so
    std::string analyze;  // libexec/pyprof/pyprof-analyze
};

// Absolute paths beside this program (/proc/self/exe); the files may be missing.
Result<Installation> find_installation();

// bin/pyprof, asked by pyprof-analyze (in libexec/pyprof) or a program that lies as deep.
std::string launcher_of_analyze();

// `path` can stand in LD_PRELOAD, whose list is split at spaces and colons and where the loader expands `$`.
bool fits_preload(const std::string& path);

}  // namespace pyprof::cli
