! K34: a Fortran subroutine that calls MPI itself, through the module mpi.
subroutine average(values, n, rounds, result)
    use mpi
    implicit none
    integer, intent(in) :: n, rounds
    real(8), intent(in) :: values(n)
    real(8), intent(out) :: result
    real(8) :: total(n)
    integer :: i, ranks, error
    call MPI_Comm_size(MPI_COMM_WORLD, ranks, error)
    total = values
    do i = 1, rounds
        call MPI_Allreduce(values, total, n, MPI_DOUBLE_PRECISION, MPI_SUM, MPI_COMM_WORLD, error)
        call MPI_Allreduce(MPI_IN_PLACE, total, n, MPI_DOUBLE_PRECISION, MPI_MAX, MPI_COMM_WORLD, error)
    end do
    result = sum(total) / (n * ranks)
end subroutine
