// The MPICH ABI: MPICH from 3.1, Intel MPI, Cray MPICH, MVAPICH (www.mpich.org/abi; mpi.h of MPICH 4.0.2 and 5.0.2).
// Handles are numbers of 32 bits, those of the standard's objects are fixed, and Fortran has the same.
#include <array>
#include <string_view>

#include "agent/mpi/abi.h"
#include "agent/mpi/symbols.h"

namespace pyprof::mpi {
namespace {

constexpr std::size_t longest_version = 8192;  // MPI_MAX_LIBRARY_VERSION_STRING
constexpr std::array<std::string_view, 3> members{"MPICH", "Intel(R) MPI", "MVAPICH"};

bool is_a_member() {
    auto* const get_version = find_function<int(char*, int*)>("PMPI_Get_library_version");
    char text[longest_version] = {};
    int length = 0;
    if (get_version == nullptr || get_version(text, &length) != 0) return false;
    bool is_member = false;
    for (const auto name : members)
        is_member = is_member || std::string_view{text}.find(name) != std::string_view::npos;
    return is_member;
}

Word element(Word array, int at) { return reinterpret_cast<const std::uint32_t*>(array)[at]; }

Word same_number(int handle) { return static_cast<std::uint32_t>(handle); }

// The library for Fortran keeps it there from its first call on.
Word fortran_in_place() {
    static const auto* const place = static_cast<const Word*>(find_object("MPIR_F_MPI_IN_PLACE"));
    return place == nullptr ? 0 : *place;
}

Word described_in_place() {
    static const auto place = reinterpret_cast<Word>(find_object("MPIR_F08_MPI_IN_PLACE"));
    return place;
}

}  // namespace

std::optional<Abi> mpich_abi() {
    if (!is_a_member()) return std::nullopt;
    return Abi{.handle_bits = 0xffff'ffff,
               .world = 0x4400'0000,
               .no_communicator = 0x0400'0000,
               .byte = 0x4c00'010d,
               .errors_return = 0x5400'0001,
               .in_place = ~Word{0},
               .fortran_in_place = fortran_in_place,
               .described_in_place = described_in_place,
               .ignored_status = 1,
               .no_process = -1,
               .undefined = -32766,
               .handle_at = element,
               .type_from_fortran = same_number,
               .communicator_from_fortran = same_number};
}

}  // namespace pyprof::mpi
