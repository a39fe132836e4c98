// Nanoseconds of one call, by loops of cheap calls on one rank: `mpi_wrapper CALLS`. Prints a line for each function.
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    const long calls = argc > 1 ? atol(argv[1]) : 1000000;
    int flag = 0;
    double value = 1, sum = 0;
    for (int round = 0; round < 2; ++round) {  // the first is not counted
        const double begin = now_ns();
        for (long i = 0; i < calls; ++i) MPI_Iprobe(MPI_ANY_SOURCE, 1, MPI_COMM_SELF, &flag, MPI_STATUS_IGNORE);
        const double middle = now_ns();
        for (long i = 0; i < calls; ++i) MPI_Allreduce(&value, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_SELF);
        const double end = now_ns();
        if (round == 0) continue;
        printf("MPI_Iprobe %.1f\nMPI_Allreduce %.1f\n", (middle - begin) / (double)calls, (end - middle) / (double)calls);
    }
    MPI_Finalize();
    return 0;
}
