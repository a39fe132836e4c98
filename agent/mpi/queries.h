#pragma once
// What the counting of calls asks an MPI library about the arguments of a call: local questions only, nothing is sent.
// Handles are words, as the program passes them. Any thread that may call the library.
#include <cstdint>

#include "agent/mpi/abi.h"

namespace pyprof::mpi {

struct Queries {
    // These return 0 for success and are for handles that are good: the library ends the program over others.
    int (*type_size)(Word type, std::int64_t* bytes);  // MPI_Count, which is wider than an int for large types
    int (*ranks)(Word communicator, int* count);       // of the local group
    int (*rank)(Word communicator, int* rank);
    int (*is_between_groups)(Word communicator, int* flag);
    int (*group)(Word communicator, Word* group);  // which was 0: the handle may be shorter
    int (*group_size)(Word group, int* count);
    int (*translate_ranks)(Word group, int count, const int* ranks, Word other, int* translated);
    int (*free_group)(Word* group);
    int (*barrier)(Word communicator);
    Abi abi;
};

// Of the MPI library in this process, looked up at the first call; nullptr if it is unknown or something of it is
// missing. After a call to the library that succeeded.
const Queries* queries();

}  // namespace pyprof::mpi
