#pragma once
// What a reader must know of how MPI was recorded: processes that MPI started by itself, and calls that were not
// counted or only half understood. Plain sentences; none if all is as usual.
#include <string>
#include <vector>

#include "gather/tree.h"

namespace pyprof::merge {

std::vector<std::string> mpi_notes(const gather::Tree& tree);

}  // namespace pyprof::merge
