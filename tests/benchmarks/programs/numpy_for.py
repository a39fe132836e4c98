"""NumPy and BLAS for so many seconds, SciPy and its libraries loaded with them if they are there. Its last statement writes
the time (CLOCK_MONOTONIC) to a file: SECONDS FILE."""
import sys
import time

import numpy as np

try:
    import scipy.linalg  # noqa: F401, more to be named
except ImportError:
    pass

matrix = np.random.default_rng(1).random((160, 160))
vector = np.random.default_rng(2).random(300_000)


def step():
    np.sqrt(vector * vector + 1.0).sum()
    np.linalg.solve(matrix @ matrix, matrix[0])
    np.linalg.eigvals(matrix[:60, :60])
    np.sort(vector[:20_000])
    "".join(sorted(str(value) for value in vector[:200]))


end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    step()
with open(sys.argv[2], "w") as file:
    file.write(repr(time.monotonic()))
