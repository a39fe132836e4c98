# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# K16: what a Cython module looks like in a profile: functions and methods, typed or not, of C or of Python.
from cython.parallel cimport prange
from libc.math cimport sqrt


def evolve(double[::1] cells, long sweeps):
    cdef long sweep, i
    for sweep in range(sweeps):
        for i in range(1, cells.shape[0] - 1):
            cells[i] += 0.25 * (cells[i - 1] + cells[i + 1] - 2 * cells[i])


def untyped(cells, sweeps):
    for sweep in range(sweeps):
        for i in range(1, len(cells) - 1):
            cells[i] += 0.25 * (cells[i - 1] + cells[i + 1] - 2 * cells[i])


cdef long fib_of_c(long n):
    return n if n < 2 else fib_of_c(n - 1) + fib_of_c(n - 2)


def fib_by_c(long n):
    return fib_of_c(n)


def fib_of_python(n):
    return n if n < 2 else fib_of_python(n - 1) + fib_of_python(n - 2)


def potential_in_parallel(double[::1] cells, long times):
    cdef long i, j
    cdef double total = 0
    for i in prange(times, nogil=True, schedule="static"):
        for j in range(cells.shape[0]):
            total += cells[j] / (1.0 + j)
    return total


cdef class Plate:
    cdef double[::1] cells

    def __init__(self, cells):
        self.cells = cells

    def energy(self, long times):
        cdef long time, i
        cdef double total = 0
        for time in range(times):
            for i in range(self.cells.shape[0]):
                total += self.cells[i] * self.cells[i]
        return total


cdef inline double my_sqrt(double x) nogil:
    return sqrt(x)


def sqrt_unused(long times):
    cdef long i
    for i in range(times):
        my_sqrt(<double>(i & 1023))


def sqrt_used(long times):
    cdef long i
    cdef double total = 0
    for i in range(times):
        total += my_sqrt(<double>(i & 1023))
    return total
