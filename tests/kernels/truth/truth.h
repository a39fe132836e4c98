#pragma once
// What a C or C++ kernel did, measured by itself: the twin of truth.py. A phase is what stands between TRUTH_BEGIN and
// TRUTH_END in one function; its row is appended to the file $PYPROF_TRUTH when the library is unloaded or the process
// exits. Define TRUTH_KERNEL before including. One thread per phase.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct TruthPhase {
    const char *name, *file, *symbol;
    int line_first, line_last, tid;
    int64_t calls, wall_ns, cpu_ns;  // sums
    int64_t wall, cpu;               // readings at TRUTH_BEGIN
    struct TruthPhase* following;
};

static struct TruthPhase* truth_phases;

static inline int64_t truth_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static inline void truth_begin(struct TruthPhase* phase) {
    if (phase->calls == 0) {
        phase->tid = (int)syscall(SYS_gettid);
        phase->following = truth_phases;
        truth_phases = phase;
    }
    phase->wall = truth_clock(CLOCK_MONOTONIC);
    phase->cpu = truth_clock(CLOCK_THREAD_CPUTIME_ID);
}

static inline void truth_end(struct TruthPhase* phase) {
    phase->cpu_ns += truth_clock(CLOCK_THREAD_CPUTIME_ID) - phase->cpu;
    phase->wall_ns += truth_clock(CLOCK_MONOTONIC) - phase->wall;
    phase->calls++;
}

#define TRUTH_BEGIN(NAME) TRUTH_BEGIN_IN(NAME, __func__)
// For functions that profiles name otherwise than C does: methods and lambdas of C++.
#define TRUTH_BEGIN_IN(NAME, SYMBOL)                                                                \
    static struct TruthPhase truth_of_##NAME;                                                       \
    truth_of_##NAME.name = #NAME, truth_of_##NAME.file = __FILE__, truth_of_##NAME.symbol = SYMBOL; \
    truth_of_##NAME.line_first = __LINE__ + 1;                                                      \
    truth_begin(&truth_of_##NAME);
#define TRUTH_END(NAME)          \
    truth_end(&truth_of_##NAME); \
    truth_of_##NAME.line_last = __LINE__ - 1;
// Of a function that is looked up by its symbol alone, with all that it calls.
#define TRUTH_END_WITH_CALLEES(NAME) truth_end(&truth_of_##NAME);

__attribute__((destructor)) static void truth_write(void) {
    const char *path = getenv("PYPROF_TRUTH"), *rank = getenv("OMPI_COMM_WORLD_RANK");
    FILE* file = path != NULL && truth_phases != NULL ? fopen(path, "a") : NULL;
    if (file == NULL) return;
    for (const struct TruthPhase* phase = truth_phases; phase != NULL; phase = phase->following)
        fprintf(file,
                "{\"kernel\": \"%s\", \"rank\": %s, \"pid\": %d, \"tid\": %d, \"phase\": \"%s\", \"file\": \"%s\", "
                "\"line_first\": %d, \"line_last\": %d, \"symbol\": \"%s\", \"domain\": \"native\", \"calls\": %lld, "
                "\"wall_ns\": %lld, \"cpu_ns\": %lld}\n",
                TRUTH_KERNEL, rank != NULL ? rank : "-1", (int)getpid(), phase->tid, phase->name, phase->file,
                phase->line_first, phase->line_last, phase->symbol, (long long)phase->calls, (long long)phase->wall_ns,
                (long long)phase->cpu_ns);
    fclose(file);
}
