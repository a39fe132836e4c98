#pragma once
// What the counting of calls asks an MPI library about the arguments of a call: local questions only, nothing is sent.
// Handles are words, as the program passes them. Any thread that may call the library.
#include <cstdint>

#include "agent/mpi/function.h"

namespace pyprof::mpi {

struct Queries {
    // These return 0 for success and are for handles that are good: the library ends the program over others.
    int (*type_size)(Word type, std::int64_t* bytes);  // MPI_Count, which is wider than an int for large types
    int (*ranks)(Word communicator, int* count);       // of the local group
    int (*rank)(Word communicator, int* rank);
    int (*is_between_groups)(Word communicator, int* flag);
    int (*group)(Word communicator, Word* group);
    int (*group_size)(Word group, int* count);
    int (*translate_ranks)(Word group, int count, const int* ranks, Word other, int* translated);
    int (*free_group)(Word* group);
    int (*barrier)(Word communicator);

    // An element of an array of handles.
    Word (*c_handle_at)(Word array, int element);
    // Handles of Fortran, which are numbers.
    Word (*type_from_fortran)(int type);
    Word (*communicator_from_fortran)(int communicator);

    Word world, no_communicator;
    Word in_place;          // MPI_IN_PLACE
    Word fortran_in_place;  // … what Fortran passes for it
    int no_process;         // MPI_PROC_NULL
    int undefined;          // MPI_UNDEFINED
};

// Of the MPI library in this process, looked up at the first call; nullptr if something of it is missing. After a call
// to the library that succeeded.
const Queries* queries();

}  // namespace pyprof::mpi
