"""K40: eigenvalues of the five-point Laplacian by SLEPc: two of the whole plate's, all of a small one's by LAPACK.

On several ranks the matrix lies in strips, and all of them solve the same problems.
"""

import sys

import slepc4py

slepc4py.init([sys.argv[0]])

import numpy as np  # noqa: E402, after MPI's start above
from petsc4py import PETSc  # noqa: E402
from poisson import assembled  # noqa: E402
from slepc4py import SLEPc  # noqa: E402
from truth import Truth  # noqa: E402

truth = Truth("K40")
world = PETSc.COMM_WORLD.tompi4py()
agree = world.bcast if world.size > 1 else bool


def solved(matrix, kind, wanted):
    solver = SLEPc.EPS().create()
    solver.setOperators(matrix)
    solver.setProblemType(SLEPc.EPS.ProblemType.HEP)
    solver.setType(kind)
    solver.setWhichEigenpairs(SLEPc.EPS.Which.LARGEST_REAL)
    solver.setDimensions(wanted)
    solver.setTolerances(tol=1e-5)
    solver.solve()
    return solver.getEigenvalue(0).real


plate, small_plate = assembled(PETSc, 100), assembled(PETSc, 16)

for _ in truth.rounds(agree):
    with truth.phase("Krylov and Schur"):
        largest = solved(plate, "krylovschur", 2)
    with truth.phase("LAPACK"):
        largest_of_small = solved(small_plate, "lapack", 256)


def by_formula(side):
    return 8 * np.cos(np.pi / (2 * side + 2)) ** 2


if world.rank == 0:
    print("K40 done", np.allclose([largest, largest_of_small], [by_formula(100), by_formula(16)], rtol=1e-4))
