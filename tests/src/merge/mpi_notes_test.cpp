#include "merge/mpi_notes.h"

#include "tests/support/catch.h"

namespace pyprof::merge {
namespace {

gather::Process process(std::int32_t rank, std::int32_t count) {
    gather::Process process;
    process.rank = rank;
    process.rank_count = count;
    return process;
}

gather::Call call(const std::string& name, wire::CallKind kind, std::uint32_t ranks) {
    gather::Call call;
    call.name = name;
    call.kind = kind;
    call.ranks = ranks;
    call.count = 1;
    return call;
}

const auto barrier = call("MPI_Barrier", wire::CallKind::barrier, 2);

bool says(const gather::Tree& tree, const std::string& text) {
    const auto notes = mpi_notes(tree);
    return notes.size() == 1 && notes[0].find(text) != std::string::npos;
}

TEST_CASE("of usual runs there is nothing to say") {
    gather::Tree tree;
    CHECK(mpi_notes(tree).empty());
    tree.processes = {process(0, 2), process(1, 2), process(-1, 0)};
    tree.calls = {barrier, call("MPI_Wait", wire::CallKind::wait, 0)};
    CHECK(mpi_notes(tree).empty());
    tree.calls = {call("MPI_Init", wire::CallKind::communicator, 0)};
    CHECK(mpi_notes(tree).empty());
}

TEST_CASE("spawned processes are missed, or have no rank") {
    gather::Tree tree;
    tree.processes = {process(0, 1)};
    tree.calls = {barrier, call("MPI_Comm_spawn", wire::CallKind::communicator, 1)};
    CHECK(says(tree, "were not recorded"));
    tree.calls[1].name = "MPI_Comm_spawn_multiple";
    CHECK(says(tree, "were not recorded"));
    tree.processes.push_back(process(-1, 2));
    CHECK(says(tree, "1 process started by MPI_Comm_spawn has no rank"));
    tree.processes.push_back(process(-1, 2));
    CHECK(says(tree, "2 processes started by MPI_Comm_spawn have no rank"));
}

TEST_CASE("calls that were not counted are said if MPI was sampled") {
    gather::Tree tree;
    tree.modules = {{"/lib/libc.so.6", "", 0, 0}, {"/lib/libmpi.so.40", "", 0, wire::module_flags::mpi}};
    tree.contexts = {{}, {0, {gather::KeyKind::native, 0, 0x10, 0}}};
    CHECK(mpi_notes(tree).empty());
    tree.contexts.push_back({0, {gather::KeyKind::native, 1, 0x10, 0}});
    CHECK(says(tree, "not counted"));
    tree.calls = {barrier};
    CHECK(mpi_notes(tree).empty());
}

TEST_CASE("a library that pyprof does not know is said to be one") {
    gather::Tree tree;
    tree.calls = {call("MPI_Barrier", wire::CallKind::barrier, 0), call("MPI_Send", wire::CallKind::point, 0)};
    CHECK(says(tree, "does not know this MPI library"));
    tree.calls.push_back(barrier);
    CHECK(mpi_notes(tree).empty());
}

}  // namespace
}  // namespace pyprof::merge
