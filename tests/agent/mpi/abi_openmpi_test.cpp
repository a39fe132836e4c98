#include "agent/mpi/abi.h"

#define OMPI_SKIP_MPICXX 1
#include <mpi.h>

#include "tests/support/catch.h"

using namespace pyprof::mpi;

#ifdef OPEN_MPI

template <class Handle>
static Word word(Handle handle) {
    return reinterpret_cast<Word>(handle);
}

TEST_CASE("What is known of Open MPI is what its mpi.h says") {
    const auto abi = open_mpi_abi();
    REQUIRE(abi);
    CHECK(abi->world == word(MPI_COMM_WORLD));
    CHECK(abi->no_communicator == word(MPI_COMM_NULL));
    CHECK(abi->byte == word(MPI_BYTE));
    CHECK(abi->errors_return == word(MPI_ERRORS_RETURN));
    CHECK(abi->in_place == word(MPI_IN_PLACE));
    CHECK(abi->ignored_status == word(MPI_STATUS_IGNORE));
    CHECK(abi->no_process == MPI_PROC_NULL);
    CHECK(abi->undefined == MPI_UNDEFINED);
    const MPI_Comm communicators[] = {MPI_COMM_NULL, MPI_COMM_SELF};
    CHECK(abi->handle_at(word(communicators), 1) == word(MPI_COMM_SELF));
    CHECK_FALSE(abi->are_same(word(MPI_COMM_WORLD), word(MPI_COMM_SELF)));
}

TEST_CASE("Open MPI is no other library") {
    CHECK_FALSE(standard_abi());
    CHECK_FALSE(mpich_abi());
}

#endif
