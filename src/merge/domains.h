#pragma once
// What kind of code a module is.
#include <string_view>

#include "gather/tree.h"
#include "profile/profile.h"

namespace pyprof::merge {

enum class ModuleKind : std::uint8_t {
    program,      // the user's programs, extensions and libraries
    interpreter,  // CPython itself
    system,       // the C library and its company: what everything stands on
    agent,        // pyprof's own
};
ModuleKind kind_of(const gather::Module& module);

// mpi for parts of an MPI library, os for the kernel's vDSO, else native.
profile::Domain domain_of(const gather::Module& module);

// The last part of a path, without the mark of a deleted file.
std::string_view file_name_of(std::string_view path);

}  // namespace pyprof::merge
