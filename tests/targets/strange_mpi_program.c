// Meets itself three times by the library of strange_mpi.c.
#include <stdio.h>

struct communicator;
extern struct communicator strange_world;
int MPI_Init(int* count, char*** words);
int MPI_Allreduce(const void* from, void* to, int count, int bytes, int operation, struct communicator* among);
int MPI_Finalize(void);

int main(int count, char** words) {
    double own = 1, all = 0, rounds = 0;
    MPI_Init(&count, &words);
    for (int i = 0; i < 3; ++i) {
        MPI_Allreduce(&own, &all, 1, sizeof own, 0, &strange_world);
        rounds += all;
    }
    printf("%.0f rounds\n", rounds);
    return MPI_Finalize();
}
