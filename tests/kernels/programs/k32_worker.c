// A worker of K32 in C: computes, then answers what k32_spawn.py asks.
#include <mpi.h>
#include <time.h>

enum { rounds = 20, values = 50 };

static void compute(double seconds) {
    volatile double sum = 0;
    for (const clock_t end = clock() + (clock_t)(seconds * CLOCKS_PER_SEC); clock() < end;)
        for (int i = 1; i < 10000; ++i) sum += 1.0 / i;
}

int main(int argc, char** argv) {
    double data[values], result[values];
    MPI_Comm parent;
    MPI_Init(&argc, &argv);
    MPI_Comm_get_parent(&parent);
    compute(0.6);
    for (int i = 0; i < rounds; ++i) {
        MPI_Bcast(data, values, MPI_DOUBLE, 0, parent);
        MPI_Allreduce(data, result, values, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
        MPI_Reduce(data, result, values, MPI_DOUBLE, MPI_SUM, 0, parent);
    }
    MPI_Comm_disconnect(&parent);
    MPI_Finalize();
    return 0;
}
