// The floor of every sampling profiler: the same per-thread CPU timers as the engine `cpu`, with a handler that does
// nothing. Preload it into a process whose name starts with "python". EMPTY_RATE: Hz. EMPTY_OUTPUT: a file that gets
// the number of signals and of expiries, appended at the end.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_ulong signals, expiries;
static long period_ns;

static void on_signal(int signal, siginfo_t* info, void* context) {
    (void)signal, (void)context;
    atomic_fetch_add_explicit(&signals, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&expiries, 1 + (unsigned long)info->si_overrun, memory_order_relaxed);
}

static void arm_this_thread(void) {
    struct sigevent event = {0};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = SIGRTMAX - 4;
    event._sigev_un._tid = (int)syscall(SYS_gettid);
    timer_t timer;
    const struct itimerspec period = {{0, period_ns}, {0, period_ns}};
    if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) == 0) timer_settime(timer, 0, &period, NULL);
}

struct start {
    void* (*routine)(void*);
    void* argument;
};

static void* start_thread(void* memory) {
    const struct start start = *(struct start*)memory;
    free(memory);
    arm_this_thread();
    return start.routine(start.argument);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*), void* argument) {
    static int (*real)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "pthread_create");
    if (period_ns == 0) return real(thread, attributes, routine, argument);
    struct start* start = malloc(sizeof *start);
    if (start == NULL) return EAGAIN;
    *start = (struct start){routine, argument};
    return real(thread, attributes, start_thread, start);
}

__attribute__((constructor)) static void load(void) {
    const char* rate = getenv("EMPTY_RATE");
    if (rate == NULL || strncmp(program_invocation_short_name, "python", 6) != 0) return;
    period_ns = 1000000000L / atol(rate);
    struct sigaction action = {0};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigaction(SIGRTMAX - 4, &action, NULL);
    arm_this_thread();
}

__attribute__((destructor)) static void unload(void) {
    const char* output = getenv("EMPTY_OUTPUT");
    if (period_ns == 0 || output == NULL) return;
    FILE* file = fopen(output, "a");
    if (file == NULL) return;
    fprintf(file, "%lu %lu\n", atomic_load(&signals), atomic_load(&expiries));
    fclose(file);
}
