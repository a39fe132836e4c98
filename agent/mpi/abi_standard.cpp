// The binary interface of MPI 5.0 (its chapter 20; mpi_abi.h of MPICH 5.0.2), whoever implements it: handles are
// pointers, those of the standard's objects small numbers.
#include "agent/mpi/abi.h"
#include "agent/mpi/symbols.h"

namespace pyprof::mpi {
namespace {

// A library with an interface of its own knows the question too, and answers -1.
bool is_version_1() {
    auto* const get_version = find_function<int(int*, int*)>("PMPI_Abi_get_version");
    int major = 0, minor = 0;
    return get_version != nullptr && get_version(&major, &minor) == 0 && major == 1;
}

Word element(Word array, int at) { return reinterpret_cast<const Word*>(array)[at]; }

Word unknown() { return 0; }

}  // namespace

std::optional<Abi> standard_abi() {
    if (!is_version_1()) return std::nullopt;
    const Abi abi{.handle_bits = ~Word{0},
                  .world = 0x101,
                  .no_communicator = 0x100,
                  .byte = 0x247,
                  .errors_return = 0x143,
                  .in_place = 1,
                  .fortran_in_place = unknown,
                  .described_in_place = unknown,
                  .ignored_status = 0,
                  .no_process = -3,
                  .undefined = -32766,
                  .handle_at = element,
                  .type_from_fortran = find_function<Word(int)>("PMPI_Type_fromint"),
                  .communicator_from_fortran = find_function<Word(int)>("PMPI_Comm_fromint")};
    const bool is_complete = abi.type_from_fortran != nullptr && abi.communicator_from_fortran != nullptr;
    return is_complete ? std::optional{abi} : std::nullopt;
}

}  // namespace pyprof::mpi
