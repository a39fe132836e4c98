! Calls of MPI from Fortran, each on a line of its own; by the module mpi, or by mpi_f08 with -DUSE_F08.
program mpi_basics
#ifdef USE_F08
    use mpi_f08
#else
    use mpi
#endif
    implicit none
    integer :: rank, ranks, next, previous, error, step
    double precision :: values(100), others(100), begin, end

    call MPI_Init(error)
    call MPI_Comm_rank(MPI_COMM_WORLD, rank, error)
    call MPI_Comm_size(MPI_COMM_WORLD, ranks, error)
    values = 1
    call cpu_time(begin)
    do
        others = sqrt(values + others)
        call cpu_time(end)
        if (end - begin > 0.2) exit
    end do
    do step = 1, 7
        call MPI_Bcast(values, 100, MPI_DOUBLE_PRECISION, 0, MPI_COMM_WORLD, error)
    end do
    call MPI_Allreduce(MPI_IN_PLACE, values, 100, MPI_DOUBLE_PRECISION, MPI_SUM, MPI_COMM_WORLD, error)
    call MPI_Allgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, 10, MPI_DOUBLE_PRECISION, MPI_COMM_WORLD, error)
    next = mod(rank + 1, ranks)
    previous = mod(rank + ranks - 1, ranks)
    call MPI_Send(values, 100, MPI_DOUBLE_PRECISION, next, 1, MPI_COMM_WORLD, error)
    call MPI_Recv(others, 100, MPI_DOUBLE_PRECISION, previous, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE, error)
    call MPI_Send(values, 100, MPI_DOUBLE_PRECISION, MPI_PROC_NULL, 0, MPI_COMM_WORLD, error)
    if (rank == 0) print '(a)', 'met'
    call MPI_Finalize(error)
end program
