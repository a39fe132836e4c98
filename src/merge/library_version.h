#pragma once
// Versions of libraries, from what their files say without running them.
#include <string>
#include <string_view>

#include "gather/tree.h"

namespace pyprof::merge {

// The version in a library's file name: "libmpi.so.40.30.4" → "40.30.4", "libopenblasp-r0.3.21.so" → "0.3.21". Empty if
// there is none. A single number is an ABI number, not a version.
std::string version_in_file_name(std::string_view file_name);

// The same for the file that `path` leads to through symbolic links on this machine.
std::string version_of(const std::string& path);

// The version that a library of linear algebra says of itself in its bytes ("OpenBLAS 0.3.21 …"). Empty if it says
// none.
std::string numerical_version_in(std::string_view bytes);

// What a loaded library says of itself, else what its file's name says.
std::string version_of(const gather::Module& module);

// "Open MPI 4.1.4", "MPICH 4.0.2", "Intel MPI 2021.8": by the version text that these libraries carry. Empty if `bytes`
// is none of them.
std::string mpi_library_in(std::string_view bytes);

// The MPI library of a run: the first of its modules that is one. Where its file is gone, "MPI" and the file's name.
std::string mpi_library_of(const gather::Tree& tree);

}  // namespace pyprof::merge
