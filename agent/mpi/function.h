#pragma once
// What is known of a function of MPI: the table functions.inc as data. Plain values, made by the compiler.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/recording.h"

namespace pyprof::mpi {

// An argument or a result of any function here, whatever its type: none is larger, and none is a floating-point number,
// so all of them travel in the same registers and stack slots (System V ABI, x86-64, 3.2.3).
using Word = std::uint64_t;

// Which argument is what; `absent` where the function has none such.
struct Roles {
    static constexpr std::int8_t absent = -1;
    struct Data {  // one direction of a transfer
        std::int8_t count, count_per_rank, counts, type, types;
    };
    Data given, taken;
    std::int8_t buffer;  // may be MPI_IN_PLACE: then `taken` says what there is
    std::int8_t peer, root, communicator;
};

constexpr Roles roles_of(std::string_view letters) {
    const auto at = [letters](char letter) {
        const std::size_t place = letters.find(letter);
        return place == std::string_view::npos ? Roles::absent : static_cast<std::int8_t>(place);
    };
    return {.given = {at('n'), at('a'), at('m'), at('d'), at('w')},
            .taken = {at('N'), at('A'), at('M'), at('D'), at('W')},
            .buffer = at('b'),
            .peer = at('p'),
            .root = at('r'),
            .communicator = at('c')};
}

struct Function {
    const char* name;  // "MPI_Send", also of its twins in Fortran
    wire::CallKind kind;
    std::int8_t arguments;  // in C; in Fortran the error follows
    Roles roles;
};

// Places in `all_functions`.
enum class Id : std::uint32_t {
#define PYPROF_MPI_FUNCTION(name, lower, count, letters, kind) name,
#define PYPROF_MPI_COUNTED PYPROF_MPI_FUNCTION
#include "agent/mpi/functions.inc"
#undef PYPROF_MPI_COUNTED
#undef PYPROF_MPI_FUNCTION
    count
};

inline constexpr std::array all_functions = {
#define PYPROF_MPI_FUNCTION(name, lower, count, letters, kind) \
    Function{"MPI_" #name, wire::CallKind::kind, count, roles_of(letters)},
#define PYPROF_MPI_COUNTED PYPROF_MPI_FUNCTION
#include "agent/mpi/functions.inc"
#undef PYPROF_MPI_COUNTED
#undef PYPROF_MPI_FUNCTION
};

constexpr const Function& function_of(Id id) { return all_functions[static_cast<std::size_t>(id)]; }

}  // namespace pyprof::mpi
