"""NumPy and BLAS below a few Python frames: SIZE rounds of products, solves, sorts and elementwise work."""
import sys

import numpy as np

matrix = np.random.default_rng(1).random((160, 160))
vector = np.random.default_rng(2).random(300_000)


def products():
    return matrix @ matrix @ matrix


def elementwise():
    return float(np.sqrt(vector * vector + 1.0).sum())


def steps():
    products()
    elementwise()
    np.linalg.solve(matrix, matrix[0])
    np.sort(vector[:20_000])


for _ in range(int(sys.argv[1])):
    list(map(lambda step: step(), [steps]))
