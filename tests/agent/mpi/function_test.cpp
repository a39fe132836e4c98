#include "agent/mpi/function.h"

#define OMPI_SKIP_MPICXX 1
#include <mpi.h>
#include <set>
#include <string>
#include <type_traits>

#include "tests/support/catch.h"

using namespace pyprof::mpi;

namespace {

constexpr std::size_t room_for_name = sizeof(pyprof::wire::CallRow::name);

// Whether a function takes and gives nothing but integers and pointers, which a Word holds.
template <class Result, class... Arguments>
constexpr bool all_are_words(Result (*)(Arguments...)) {
    return std::is_same_v<Result, int> && (std::is_scalar_v<Arguments> && ...) &&
           (!std::is_floating_point_v<Arguments> && ...) && ((sizeof(Arguments) <= sizeof(Word)) && ...);
}

template <class Result, class... Arguments>
constexpr int count_of(Result (*)(Arguments...)) {
    return sizeof...(Arguments);
}

}  // namespace

#define PYPROF_MPI_FUNCTION(name, lower, count, letters, kind) \
    static_assert(all_are_words(&MPI_##name), #name);          \
    static_assert(count_of(&MPI_##name) == count, #name);      \
    static_assert(sizeof(letters) - 1 == count, #name);        \
    static_assert(sizeof("MPI_" #name) <= room_for_name);
#define PYPROF_MPI_COUNTED PYPROF_MPI_FUNCTION
#include "agent/mpi/functions.inc"
#undef PYPROF_MPI_COUNTED
#undef PYPROF_MPI_FUNCTION

TEST_CASE("Every function is in the table once, under its name in both cases") {
    std::set<std::string> names;
    for (const Function& function : all_functions) CHECK(names.insert(function.name).second);
#define PYPROF_MPI_FUNCTION(name, lower, count, letters, kind)                \
    {                                                                         \
        std::string in_lower_case = #name;                                    \
        for (char& c : in_lower_case) c = static_cast<char>(std::tolower(c)); \
        CHECK(in_lower_case == #lower);                                       \
    }
#define PYPROF_MPI_COUNTED PYPROF_MPI_FUNCTION
#include "agent/mpi/functions.inc"
#undef PYPROF_MPI_COUNTED
#undef PYPROF_MPI_FUNCTION
}

TEST_CASE("Letters tell the roles of arguments") {
    const Function& gather = function_of(Id::Gather);
    CHECK(std::string{gather.name} == "MPI_Gather");
    CHECK(gather.arguments == 8);
    CHECK(gather.roles.buffer == 0);
    CHECK(gather.roles.given.count == 1);
    CHECK(gather.roles.given.type == 2);
    CHECK(gather.roles.taken.count == 4);
    CHECK(gather.roles.root == 6);
    CHECK(gather.roles.communicator == 7);
    CHECK(gather.roles.peer == Roles::absent);
    CHECK(function_of(Id::Alltoallw).roles.taken.types == 7);
    CHECK(function_of(Id::Wait).roles.communicator == Roles::absent);
}
