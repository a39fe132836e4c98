#include "agent/mpi/queries.h"

#include <optional>

#include "agent/mpi/symbols.h"

namespace pyprof::mpi {
namespace {

// Whether there is one of that name.
template <class Function>
bool look_up(Function*& function, const char* name) {
    function = find_function<Function>(name);
    return function != nullptr;
}

std::optional<Queries> find_queries() {
    Queries q{};
    const Abi* const known = abi();
    if (known == nullptr) return std::nullopt;
    q.abi = *known;
    // The older name is deprecated since MPI-4.1.
    const bool is_complete = (look_up(q.type_size, "PMPI_Type_size_x") || look_up(q.type_size, "PMPI_Type_size_c")) &&
                             look_up(q.ranks, "PMPI_Comm_size") && look_up(q.rank, "PMPI_Comm_rank") &&
                             look_up(q.is_between_groups, "PMPI_Comm_test_inter") &&
                             look_up(q.group, "PMPI_Comm_group") && look_up(q.group_size, "PMPI_Group_size") &&
                             look_up(q.translate_ranks, "PMPI_Group_translate_ranks") &&
                             look_up(q.free_group, "PMPI_Group_free") && look_up(q.barrier, "PMPI_Barrier");
    return is_complete ? std::optional{q} : std::nullopt;
}

}  // namespace

const Queries* queries() {
    static const std::optional<Queries> found = find_queries();
    return found ? &*found : nullptr;
}

}  // namespace pyprof::mpi
