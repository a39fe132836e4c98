! K17: what f2py makes of Fortran: procedures of a module, one outside of any, and an argument that must be copied.
module rod
    implicit none
contains
    subroutine evolve(cells, sweeps)
        real(8), intent(inout) :: cells(:)
        integer, intent(in) :: sweeps
        integer :: sweep, i
        do sweep = 1, sweeps
            do i = 2, size(cells) - 1
                cells(i) = cells(i) + 0.25d0 * (cells(i - 1) + cells(i + 1) - 2 * cells(i))
            end do
        end do
    end subroutine

    subroutine total_of(matrix, times, total)
        real(8), intent(in) :: matrix(:, :)
        integer, intent(in) :: times
        real(8), intent(out) :: total
        integer :: time, column
        total = 0
        do time = 1, times
            do column = 1, size(matrix, 2)
                call add(matrix(:, column))
            end do
        end do
    contains
        subroutine add(values)
            real(8), intent(in) :: values(:)
            integer :: i
            do i = 1, size(values)
                total = total + values(i) * values(i)
            end do
        end subroutine
    end subroutine
end module

subroutine pi_by_series(terms, pi)
    implicit none
    integer, intent(in) :: terms
    real(8), intent(out) :: pi
    integer :: i
    pi = 0
    do i = 0, terms - 1
        pi = pi + 4.0d0 * (1 - 2 * mod(i, 2)) / (2 * i + 1)
    end do
end subroutine
