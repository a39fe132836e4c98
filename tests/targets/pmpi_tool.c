// Another tool of the profiling interface of MPI: counts calls and says so at MPI_Finalize.
#include <mpi.h>
#include <stdio.h>

static int initialised, barriers;

int MPI_Init(int* count, char*** words) {
    ++initialised;
    return PMPI_Init(count, words);
}

int MPI_Init_thread(int* count, char*** words, int required, int* provided) {
    ++initialised;
    return PMPI_Init_thread(count, words, required, provided);
}

int MPI_Barrier(MPI_Comm group) {
    ++barriers;
    return PMPI_Barrier(group);
}

int MPI_Finalize(void) {
    int rank;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    printf("tool: rank %d init %d barriers %d\n", rank, initialised, barriers);
    fflush(stdout);
    return PMPI_Finalize();
}
