#pragma once
// MPI-4 has a twin of many functions that takes large counts (MPI_Send_c). Programs and mpi4py take a name that they
// find for a library that has it, so this library shows none of them.
namespace pyprof::mpi {

// Counts the calls of those that the library has, by all objects that are loaded now. After MPI_Init; cheap when
// nothing was loaded since.
void count_large_counts();

}  // namespace pyprof::mpi
