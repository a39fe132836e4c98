// Loaded by life.c through its RUNPATH; burns `seconds` of CPU time. Built twice, with different names for its function.
#include <time.h>

#ifndef PLUGIN_WORK
#define PLUGIN_WORK plugin_work
#endif

double PLUGIN_WORK(double seconds) {
    struct timespec t;
    double now, sum = 0, end = 0;
    do {
        for (int i = 0; i < 20000; ++i) sum += 1.0 / (1.0 + i);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        now = (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
        if (end == 0) end = now + seconds;
    } while (now < end);
    return sum;
}
