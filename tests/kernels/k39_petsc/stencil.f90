! K39: the product of the five-point Laplacian with a field whose edge is zero, for f2py.
module laplacian
    implicit none
contains
    subroutine five_point(field, product)
        real(8), intent(in) :: field(:, :)
        real(8), intent(inout) :: product(:, :)
        integer :: i, j
        product = 4 * field
        do j = 1, size(field, 2)
            do i = 1, size(field, 1)
                if (i > 1) product(i, j) = product(i, j) - field(i - 1, j)
                if (i < size(field, 1)) product(i, j) = product(i, j) - field(i + 1, j)
                if (j > 1) product(i, j) = product(i, j) - field(i, j - 1)
                if (j < size(field, 2)) product(i, j) = product(i, j) - field(i, j + 1)
            end do
        end do
    end subroutine
end module
