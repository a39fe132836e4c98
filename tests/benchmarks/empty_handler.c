// The floor of every sampling profiler: the same timers or performance events for each thread as the engines `cpu` and
// `perf`, with a handler that does nothing. Preload it into a process whose name starts with "python". EMPTY_ENGINE: cpu
// or perf. EMPTY_RATE: Hz. EMPTY_OUTPUT: a file that gets the number of signals and of expiries, appended at the end.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_ulong signals, expiries;
static long period_ns;
static int has_events, number;  // of the signal

static void on_signal(int signal, siginfo_t* info, void* context) {
    (void)signal, (void)context;
    const unsigned long overruns = info->si_code == SI_TIMER ? (unsigned long)info->si_overrun : 0;
    atomic_fetch_add_explicit(&signals, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&expiries, 1 + overruns, memory_order_relaxed);
}

// The mapping keeps the event when its descriptor is closed.
static void open_event(void) {
    struct perf_event_attr event = {.size = sizeof event,
                                    .type = PERF_TYPE_SOFTWARE,
                                    .config = PERF_COUNT_SW_TASK_CLOCK,
                                    .sample_period = (unsigned long)period_ns,
                                    .wakeup_events = 1,
                                    .exclude_kernel = 1,
                                    .exclude_hv = 1};
    const int fd = (int)syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    const struct f_owner_ex owner = {F_OWNER_TID, (int)syscall(SYS_gettid)};
    if (fd < 0 || fcntl(fd, F_SETOWN_EX, &owner) != 0 || fcntl(fd, F_SETSIG, number) != 0 ||
        fcntl(fd, F_SETFL, O_ASYNC) != 0 || mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
        abort();
    close(fd);
}

static void arm_this_thread(void) {
    if (has_events) return open_event();
    struct sigevent event = {0};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = number;
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
    const char* engine = getenv("EMPTY_ENGINE");
    has_events = engine != NULL && strcmp(engine, "perf") == 0;
    number = has_events ? SIGSTKFLT : SIGRTMAX - 4;
    period_ns = 1000000000L / atol(rate);
    struct sigaction action = {0};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigaction(number, &action, NULL);
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
