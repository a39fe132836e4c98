"""NumPy and BLAS for so many seconds below ten Python and thirty native functions: SECONDS."""
import sys
import time

import numpy as np

matrix = np.random.default_rng(1).random((160, 160))
vector = np.random.default_rng(2).random(1_000_000)


def elementwise():
    np.sqrt(vector * vector + 1.0).sum()


def solves():
    np.linalg.solve(matrix @ matrix, matrix[0])
    np.sort(vector[:20_000])


def work():
    elementwise()
    solves()


def until(end):
    while time.monotonic() < end:
        work()


def middle(depth, end):
    return until(end) if depth == 0 else list(map(lambda below: middle(below, end), [depth - 1]))


def run(seconds):
    middle(2, time.monotonic() + seconds)


run(float(sys.argv[1]))
