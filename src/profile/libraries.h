#pragma once
// Which libraries decide how a scientific program runs, as they were loaded and not as a configuration says.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "profile/profile.h"

namespace pyprof::profile {

struct Library {
    std::string_view role;  // "Python", "MPI", "BLAS" or "OpenMP"
    std::string name;       // "CPython", "OpenBLAS", "GNU OpenMP" …
    std::string version;    // empty if neither the library nor its file's name says it
    std::string path;       // as loaded
    std::uint32_t threads;  // that it started, in the process where they are most
};

// By role, then path. Python is the interpreter's executable or library. Helpers of a library (MPI's plug-ins, MKL's
// parts) stand for themselves only where they started threads.
std::vector<Library> libraries_of(const Profile& profile);

// "OpenBLAS 0.3.21 (3 threads)".
std::string in_short(const Library& library);

}  // namespace pyprof::profile
