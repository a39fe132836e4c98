"""K08: heat in a plate by slices of arrays, one statement a phase."""

import numpy as np

from truth import Truth

truth = Truth("K08")
size = 1200
u = np.zeros((size, size))
u[0] = 1
previous = u.copy()
laplacian = np.empty((size - 2, size - 2))

for _ in truth.rounds():
    with truth.phase("rows"):
        for _ in range(8):
            laplacian[:] = previous[:-2, 1:-1] + previous[2:, 1:-1]
    with truth.phase("columns"):
        for _ in range(8):
            laplacian += previous[1:-1, :-2] + previous[1:-1, 2:]
    with truth.phase("middle"):
        for _ in range(8):
            laplacian -= 4 * previous[1:-1, 1:-1]
    with truth.phase("step"):
        for _ in range(8):
            u[1:-1, 1:-1] = previous[1:-1, 1:-1] + 0.01 * laplacian
    with truth.phase("copy"):
        for _ in range(8):
            previous[:] = u

print("K08 done", u.shape)
