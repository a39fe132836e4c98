// What a first course of MPI does, each call on a line of its own, and some of it in a group of two halves.
#include <mpi.h>
#include <stdio.h>
#include <time.h>

static double data[100], other[100];

static void compute(double seconds) {
    volatile double sum = 0;
    for (const clock_t end = clock() + (clock_t)(seconds * CLOCKS_PER_SEC); clock() < end;)
        for (int i = 1; i < 10000; ++i) sum += 1.0 / i;
}

int main(int count, char** words) {
    int rank, size;
    MPI_Request request;
    MPI_Init(&count, &words);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const int next = (rank + 1) % size, previous = (rank + size - 1) % size;
    compute(0.2);
    for (int i = 0; i < 7; ++i)
        MPI_Bcast(data, 100, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    for (int i = 0; i < 5; ++i)
        MPI_Allreduce(data, other, 100, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    MPI_Allgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, data, 10, MPI_DOUBLE, MPI_COMM_WORLD);
    for (int i = 0; i < 3; ++i)
        MPI_Sendrecv(data, 100, MPI_DOUBLE, next, 0, other, 100, MPI_DOUBLE, previous, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Irecv(other, 100, MPI_DOUBLE, previous, 1, MPI_COMM_WORLD, &request);
    MPI_Send(data, 100, MPI_DOUBLE, next, 1, MPI_COMM_WORLD);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    MPI_Send(data, 100, MPI_DOUBLE, MPI_PROC_NULL, 2, MPI_COMM_WORLD);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0) printf("all %d ranks met\n", size);
    MPI_Finalize();
    return 0;
}
