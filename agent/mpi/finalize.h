#pragma once
// What happens before MPI_Finalize: this rank's recording goes into the job's one gathered file, if every rank surely
// takes part; otherwise, and whenever anything fails, it stays where it is.
namespace pyprof::mpi {

// Lets the other ranks know that this one will take part. Before MPI_Init.
void announce_rank();

// Tells the agent the true rank, or that processes such as this, which MPI_Comm_spawn started, have none in the job.
// After MPI_Init.
void confirm_rank();

// At most once; returns in bounded time and never fails. Before MPI_Finalize.
void merge_before_finalize();

}  // namespace pyprof::mpi
