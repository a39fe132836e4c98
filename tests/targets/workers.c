// Work for a pool of OpenMP threads.
#include <omp.h>

double work_in_parallel(long steps) {
    double sum = 0;
#pragma omp parallel num_threads(2) reduction(+ : sum)
    for (long i = 0; i < steps; ++i) sum += 1.0 / (double)(i + 1 + omp_get_thread_num());
    return sum;
}
