// An MPI library for one rank that is none of those with a known interface: handles are its own, and so is its name.
#include <string.h>
#include <time.h>

#define SHOWN(name) __attribute__((weak, alias("P" #name)))

struct communicator {
    int ranks;
};

struct communicator strange_world = {1};

int PMPI_Init(int* count, char*** words) { return count == 0 || words == 0; }
int MPI_Init(int* count, char*** words) SHOWN(MPI_Init);

int PMPI_Initialized(int* flag) { return *flag = 1, 0; }
int MPI_Initialized(int* flag) SHOWN(MPI_Initialized);

int PMPI_Get_library_version(char* text, int* length) {
    *length = (int)strlen(strcpy(text, "Strange 1.0"));
    return 0;
}
int MPI_Get_library_version(char* text, int* length) SHOWN(MPI_Get_library_version);

// Polls for a tenth of a second, as if other ranks were late.
int PMPI_Allreduce(const void* from, void* to, int count, int bytes, int operation, struct communicator* among) {
    const clock_t end = clock() + CLOCKS_PER_SEC / 10;
    while (clock() < end) {
    }
    memcpy(to, from, (size_t)count * (size_t)bytes);
    return operation != 0 || among->ranks != 1;
}
int MPI_Allreduce(const void* from, void* to, int count, int bytes, int operation, struct communicator* among)
    SHOWN(MPI_Allreduce);

int PMPI_Finalize(void) { return 0; }
int MPI_Finalize(void) SHOWN(MPI_Finalize);
