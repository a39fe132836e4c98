"""Products of matrices by BLAS, SIZE times over, one Python call for each."""
import sys

import numpy as np


def multiply(matrix):
    return matrix @ matrix


matrix = np.random.default_rng(1).random((500, 500))
for _ in range(int(sys.argv[1])):
    multiply(matrix)
