// An MPI program without Python: rank r computes r + 1 times as long as rank 0 before all of them meet.
// It names MPI's handles directly, so the executable has its own copies of them.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

__attribute__((noinline)) static double compute(double seconds) {
    volatile double sum = 0;
    for (const double end = cpu_s() + seconds; cpu_s() < end;)
        for (int i = 1; i < 10000; ++i) sum += 1.0 / i;
    return sum;
}

int main(int count, char** words) {
    MPI_Init(&count, &words);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    double mine = compute(atof(words[1]) * (rank + 1)), all = 0;
    MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0) puts(all > 0 ? "met" : "?");
    MPI_Finalize();
    return 0;
}
