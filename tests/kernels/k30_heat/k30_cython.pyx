# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# K30: the step of heat.c in Cython.


def heat_step(const double[:, ::1] field, double[:, ::1] following, long rows, long columns, double weight):
    cdef long row, column
    cdef double around
    for row in range(1, rows + 1):
        for column in range(1, columns - 1):
            around = field[row - 1, column] + field[row + 1, column] + field[row, column - 1] + field[row, column + 1]
            following[row, column] = field[row, column] + weight * (around - 4.0 * field[row, column])
