"""K06: matrix times matrix and vector. Here BLAS is at work, and its kernel has a name."""

import numpy as np

from truth import Truth

truth = Truth("K06")
a = np.random.default_rng(6).random((600, 600))
b = np.random.default_rng(7).random(600)
checks = 0.0


def products(times):
    total = 0.0
    for _ in range(times):
        total += (a @ a)[0, 0]
    return total


for _ in truth.rounds():
    with truth.phase("matrix matrix"):
        checks += products(4)
    with truth.phase("matrix vector"):
        for _ in range(200):
            checks += (a @ b)[0]
    with truth.phase("eigenvalues"):
        checks += np.linalg.eigvalsh(a[:300, :300])[0]

print("K06 done", np.isfinite(checks))
