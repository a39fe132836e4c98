"""Uses CPU time in LAPACK: `linear_algebra.py SECONDS`. Its kernels are hand-written, without unwind information, below
drivers that keep large buffers on the stack."""

import sys
import time

import numpy


def solve_everything(size):
    matrix = numpy.random.rand(size, size) + size * numpy.eye(size)
    numpy.linalg.solve(matrix, matrix[:, :8])
    numpy.linalg.svd(matrix)
    numpy.linalg.qr(matrix)
    numpy.linalg.eig(matrix[:100, :100])
    numpy.linalg.cholesky(matrix @ matrix.T)


end = time.thread_time() + float(sys.argv[1])
while time.thread_time() < end:
    for n in (40, 150, 300):
        solve_everything(n)
print("solved")
