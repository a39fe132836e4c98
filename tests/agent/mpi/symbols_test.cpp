#include "agent/mpi/symbols.h"

#include <dlfcn.h>

#include "tests/support/catch.h"

using namespace pyprof::mpi;

TEST_CASE("A symbol of a library in the global scope is found") {
    CHECK(find_symbol("getpid") == dlsym(RTLD_DEFAULT, "getpid"));
}

TEST_CASE("A symbol of a library loaded into a local scope is found") {
    void* library = dlopen("libmpi.so.40", RTLD_LAZY | RTLD_LOCAL);
    if (library == nullptr) return;  // built with another Open MPI
    CHECK(dlsym(RTLD_DEFAULT, "PMPI_Comm_rank") == nullptr);
    CHECK(find_symbol("PMPI_Comm_rank") == dlsym(library, "PMPI_Comm_rank"));
    CHECK(find_below("MPI_Comm_rank", "PMPI_Comm_rank") != nullptr);
}

TEST_CASE("A symbol that nobody has is not found") {
    CHECK(find_symbol("PMPI_No_such_function") == nullptr);
    CHECK(find_below("MPI_No_such_function", "PMPI_No_such_function") == nullptr);
}
