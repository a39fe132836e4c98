#pragma once
// What an MPI library's mpi.h makes of the standard's names: handles and other constants as words, the way functions
// take them. No mpi.h is needed, so one build serves every library.
#include <optional>

#include "agent/mpi/function.h"

namespace pyprof::mpi {

struct Abi {
    Word handle_bits;  // those of a word that belong to a handle: where it is an int, the others are anybody's
    Word world, no_communicator, byte, errors_return;
    Word in_place;  // MPI_IN_PLACE
    // … what Fortran passes for it, as an address and in a descriptor; 0 if that is not known
    Word (*fortran_in_place)();
    Word (*described_in_place)();
    Word ignored_status;  // MPI_STATUS_IGNORE
    int no_process;       // MPI_PROC_NULL
    int undefined;        // MPI_UNDEFINED

    Word (*handle_at)(Word array, int element);
    // Handles of Fortran, which are numbers.
    Word (*type_from_fortran)(int type);
    Word (*communicator_from_fortran)(int communicator);

    bool are_same(Word handle, Word other) const { return ((handle ^ other) & handle_bits) == 0; }
};

// What the library in this process has, by what it exports and says of itself; nothing if it is another one.
std::optional<Abi> open_mpi_abi();
std::optional<Abi> mpich_abi();
std::optional<Abi> standard_abi();

// Of the library in this process; nullptr if it is unknown. After a call to the library that succeeded.
const Abi* abi();

}  // namespace pyprof::mpi
