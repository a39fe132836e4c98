! K30: the step of heat.c in Fortran, where the first index is the one that runs along a row of the plate.
subroutine heat_step(field, following, weight)
    implicit none
    real(8), intent(in) :: field(:, :)
    real(8), intent(inout) :: following(:, :)
    real(8), intent(in) :: weight
    real(8) :: around
    integer :: row, column
    do row = 2, size(field, 2) - 1
        do column = 2, size(field, 1) - 1
            around = field(column, row - 1) + field(column, row + 1) + field(column - 1, row) + field(column + 1, row)
            following(column, row) = field(column, row) + weight * (around - 4.0d0 * field(column, row))
        end do
    end do
end subroutine
