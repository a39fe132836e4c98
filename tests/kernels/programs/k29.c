// K29 in C: rank r computes (r + 1) times as long as rank 0, then all meet. Prints the same truth as k29_imbalance.py.
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { rounds = 8, most_ranks = 64 };

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

// Nanoseconds for which this thread could have run and had no core: proc(5), schedstat.
static long delay(void) {
    long ran = 0, waited = 0;
    FILE* file = fopen("/proc/thread-self/schedstat", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &ran, &waited) != 2) waited = 0;
    if (file != NULL) fclose(file);
    return waited;
}

static void compute(int64_t duration) {
    for (const int64_t end = now() + duration; now() < end;) {
    }
}

int main(int argc, char** argv) {
    int rank, size, line = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const char* seconds = getenv("PYPROF_KERNEL_SECONDS");
    const int64_t unit = (int64_t)((seconds ? atof(seconds) : 3.2) * 1e9 / rounds / (size + 2));
    double value[4] = {1, 1, 1, 1}, result[4];
    int64_t arrived[rounds], left[rounds], all[most_ranks * rounds];
    MPI_Barrier(MPI_COMM_WORLD);
    for (int i = 0; i < rounds; ++i) {
        compute((rank + 1) * unit);
        arrived[i] = now();
        line = __LINE__ + 1;
        MPI_Allreduce(value, result, 4, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
        left[i] = now();
    }
    MPI_Allgather(arrived, rounds, MPI_INT64_T, all, rounds, MPI_INT64_T, MPI_COMM_WORLD);
    int64_t wait = 0, after = 0, in_calls = 0;
    for (int i = 0; i < rounds; ++i) {
        int64_t last = 0;
        for (int r = 0; r < size; ++r)
            if (all[r * rounds + i] > last) last = all[r * rounds + i];
        wait += last - arrived[i];
        after += left[i] - last;
        in_calls += left[i] - arrived[i];
    }
    const char* path = getenv("PYPROF_TRUTH");
    FILE* truth = path == NULL ? NULL : fopen(path, "a");
    if (truth != NULL) {
        fprintf(
            truth,
            "{\"kernel\": \"K29\", \"rank\": %d, \"call\": \"MPI_Allreduce\", \"line\": %d, \"count\": %d, \"bytes\": "
            "%d, \"ns\": %ld, \"delay_ns\": %ld}\n{\"kernel\": \"K29\", \"rank\": %d, \"facts\": {\"wait_ns\": %ld, \"after_ns\": %ld}}\n",
            rank, line, rounds, 32 * rounds, (long)in_calls, delay(), rank, (long)wait, (long)after);
        fclose(truth);
    }
    MPI_Finalize();
    return 0;
}
