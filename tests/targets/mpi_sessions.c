// A program that never calls MPI_Init: its communicator comes from a session of MPI 4.
#include <mpi.h>
#include <stdio.h>
#include <time.h>

static void compute(double seconds) {
    volatile double sum = 0;
    for (const clock_t end = clock() + (clock_t)(seconds * CLOCKS_PER_SEC); clock() < end;)
        for (int i = 1; i < 10000; ++i) sum += 1.0 / i;
}

int main(void) {
    MPI_Session session;
    MPI_Group group;
    MPI_Comm world;
    int rank, one = 1, sum = 0;
    MPI_Session_init(MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &session);
    MPI_Group_from_session_pset(session, "mpi://WORLD", &group);
    MPI_Comm_create_from_group(group, "all", MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &world);
    MPI_Group_free(&group);
    MPI_Comm_rank(world, &rank);
    compute(0.1 + 0.1 * rank);
    for (int i = 0; i < 10; ++i) MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, world);
    MPI_Comm_free(&world);
    MPI_Session_finalize(&session);
    if (rank == 0) printf("%d ranks\n", sum);
    return 0;
}
