#include "merge/mpi_notes.h"

#include <algorithm>
#include <fmt/format.h>

#include "merge/domains.h"

namespace pyprof::merge {
namespace {

bool is_spawned(const gather::Process& process) { return process.rank < 0 && process.rank_count > 0; }

bool spawns(const gather::Call& call) {
    return call.name == "MPI_Comm_spawn" || call.name == "MPI_Comm_spawn_multiple";
}

std::string note_of_spawned(const gather::Tree& tree) {
    const auto spawned = std::ranges::count_if(tree.processes, is_spawned);
    if (spawned > 0)
        return fmt::format(
            "{} {} started by MPI_Comm_spawn {} no rank here: the numbers of such processes are their own.", spawned,
            spawned == 1 ? "process" : "processes", spawned == 1 ? "has" : "have");
    if (!std::ranges::any_of(tree.calls, spawns)) return {};
    return "Processes that MPI_Comm_spawn started were not recorded: MPI starts them with the environment of its "
           "launcher. "
           "`pyprof mpirun …` instead of `mpirun … pyprof` records them.";
}

bool is_in_mpi(const gather::Tree& tree, const gather::Context& context) {
    return context.key.kind == gather::KeyKind::native && context.key.index < tree.modules.size() &&
           domain_of(tree.modules[context.key.index]) == profile::Domain::mpi;
}

// Whether the agent was told how many ranks take part, as it is wherever the library's interface is known.
bool is_understood(const gather::Call& call) { return call.ranks > 0; }

bool has_communicator(const gather::Call& call) {
    return call.kind == wire::CallKind::point || call.kind == wire::CallKind::collective ||
           call.kind == wire::CallKind::barrier;
}

std::string note_of_calls(const gather::Tree& tree) {
    if (tree.calls.empty()) {
        const bool was_sampled =
            std::ranges::any_of(tree.contexts, [&](const gather::Context& each) { return is_in_mpi(tree, each); });
        return was_sampled ? "Calls of MPI were not counted: what is known of them are the samples in its library."
                           : "";
    }
    if (std::ranges::none_of(tree.calls, has_communicator) || std::ranges::any_of(tree.calls, is_understood)) return {};
    return "pyprof does not know this MPI library: its calls are counted and timed, without their bytes, and ranks are "
           "those that the launcher said.";
}

}  // namespace

std::vector<std::string> mpi_notes(const gather::Tree& tree) {
    std::vector<std::string> notes{note_of_spawned(tree), note_of_calls(tree)};
    std::erase(notes, "");
    return notes;
}

}  // namespace pyprof::merge
