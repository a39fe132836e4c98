// Open MPI 4 and 5: mpi.h and mpif-constants. Handles are addresses of objects in the library, found by name.
#include "agent/mpi/abi.h"
#include "agent/mpi/symbols.h"

namespace pyprof::mpi {
namespace {

Word address(const char* name) { return reinterpret_cast<Word>(find_object(name)); }

Word element(Word array, int at) { return reinterpret_cast<const Word*>(array)[at]; }

Word fortran_in_place() {
    static const Word found = address("mpi_fortran_in_place_");
    return found;
}

}  // namespace

std::optional<Abi> open_mpi_abi() {
    const Abi abi{.handle_bits = ~Word{0},
                  .world = address("ompi_mpi_comm_world"),
                  .no_communicator = address("ompi_mpi_comm_null"),
                  .byte = address("ompi_mpi_byte"),
                  .errors_return = address("ompi_mpi_errors_return"),
                  .in_place = 1,
                  .fortran_in_place = fortran_in_place,
                  .described_in_place = fortran_in_place,
                  .ignored_status = 0,
                  .no_process = -2,
                  .undefined = -32766,
                  .handle_at = element,
                  .type_from_fortran = find_function<Word(int)>("PMPI_Type_f2c"),
                  .communicator_from_fortran = find_function<Word(int)>("PMPI_Comm_f2c")};
    const bool is_complete = abi.world != 0 && abi.no_communicator != 0 && abi.byte != 0 && abi.errors_return != 0 &&
                             abi.type_from_fortran != nullptr && abi.communicator_from_fortran != nullptr;
    return is_complete ? std::optional{abi} : std::nullopt;
}

}  // namespace pyprof::mpi
