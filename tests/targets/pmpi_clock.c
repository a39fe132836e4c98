// Another tool of the profiling interface of MPI: times the calls that a skewed program makes, and writes when Python
// ends how long this rank has been running and how much of it was in MPI. One JSON line, appended to $PMPI_CLOCK. It is
// told by MPI_Pcontrol to wait for that; not by MPI_Finalize, since a profiler above this tool may wait for other ranks
// before it passes that on.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t began, in_mpi;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

__attribute__((constructor)) static void begin(void) { began = now(); }

#define TIMED(call)                 \
    const int64_t start = now();    \
    const int error = call;         \
    in_mpi += now() - start;        \
    return error

int MPI_Init(int* count, char*** words) { TIMED(PMPI_Init(count, words)); }

int MPI_Init_thread(int* count, char*** words, int required, int* provided) {
    TIMED(PMPI_Init_thread(count, words, required, provided));
}

int MPI_Barrier(MPI_Comm group) { TIMED(PMPI_Barrier(group)); }

int MPI_Allreduce(const void* given, void* taken, int count, MPI_Datatype type, MPI_Op operation, MPI_Comm group) {
    TIMED(PMPI_Allreduce(given, taken, count, type, operation, group));
}

int MPI_Allgather(const void* given, int count, MPI_Datatype type, void* taken, int each, MPI_Datatype as, MPI_Comm group) {
    TIMED(PMPI_Allgather(given, count, type, taken, each, as, group));
}

int MPI_Allgatherv(const void* given, int count, MPI_Datatype type, void* taken, const int each[], const int places[],
                   MPI_Datatype as, MPI_Comm group) {
    TIMED(PMPI_Allgatherv(given, count, type, taken, each, places, as, group));
}

int MPI_Send(const void* data, int count, MPI_Datatype type, int to, int tag, MPI_Comm group) {
    TIMED(PMPI_Send(data, count, type, to, tag, group));
}

int MPI_Recv(void* data, int count, MPI_Datatype type, int from, int tag, MPI_Comm group, MPI_Status* status) {
    TIMED(PMPI_Recv(data, count, type, from, tag, group, status));
}

static void write_clock(void) {
    const char* path = getenv("PMPI_CLOCK");
    FILE* file = path == NULL ? NULL : fopen(path, "a");
    int rank;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (file == NULL) return;
    fprintf(file, "{\"rank\": %d, \"elapsed_ns\": %lld, \"mpi_ns\": %lld}\n", rank, (long long)(now() - began),
            (long long)in_mpi);
    fclose(file);
}

// What is registered last runs first: right before mpi4py ends MPI.
int MPI_Pcontrol(const int level, ...) {
    int (*const at_exit)(void (*)(void)) = (int (*)(void (*)(void)))dlsym(RTLD_DEFAULT, "Py_AtExit");
    if (at_exit != NULL) at_exit(write_clock);
    return PMPI_Pcontrol(level);
}
