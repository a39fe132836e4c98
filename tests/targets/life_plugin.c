// Loaded by life.c through its RUNPATH. Built twice, with different names for its functions.
#include <time.h>

#ifndef PLUGIN_WORK
#define PLUGIN_WORK plugin_work
#define PLUGIN_NAP plugin_nap
#define PLUGIN_NAP_FRAME 40
#endif

// Burns `seconds` of CPU time.
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

// Its frame has a size of its own, so that a wrong library's unwind information leads elsewhere.
double PLUGIN_NAP(double seconds) {
    volatile char room[PLUGIN_NAP_FRAME];
    room[0] = 0;
    const struct timespec t = {(time_t)seconds, (long)(1e9 * (seconds - (double)(time_t)seconds))};
    return nanosleep(&t, NULL) + room[0];
}
