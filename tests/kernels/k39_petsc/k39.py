"""K39: Poisson's equation solved by PETSc's conjugate gradients: with a matrix of its own, and with matrices that are
Python functions, one in NumPy and one that calls Fortran. The argument is the folder of the Fortran part.

PETSc's own timers (-log_view) are a second truth, which this project did not write: they are printed at the end.
"""

import json
import pathlib
import sys

import petsc4py

petsc4py.init([sys.argv[0]])
sys.path.insert(0, sys.argv[1])

import k39_stencil  # noqa: E402, found by the line above
import numpy as np  # noqa: E402
from petsc4py import PETSc  # noqa: E402
from poisson import assembled  # noqa: E402
from truth import Truth  # noqa: E402

truth = Truth("K39")
side = 300
five_point = truth.timed("five_point", k39_stencil.laplacian.five_point, "laplacian::five_point", "native",
                         str(pathlib.Path(__file__).with_name("stencil.f90")))


class InNumPy:
    def mult(self, matrix, x, y):
        field, product = x.getArray(readonly=True).reshape(side, side), y.getArray().reshape(side, side)
        product[:] = 4 * field
        product[1:] -= field[:-1]
        product[:-1] -= field[1:]
        product[:, 1:] -= field[:, :-1]
        product[:, :-1] -= field[:, 1:]


class InFortran:
    def mult(self, matrix, x, y):
        five_point(x.getArray(readonly=True).reshape(side, side).T, y.getArray().reshape(side, side).T)


def solver_of(matrix):
    """Fifty steps, however good the answer is."""
    solver = PETSc.KSP().create()
    solver.setOperators(matrix)
    solver.setType("cg")
    solver.getPC().setType("none")
    solver.setNormType(PETSc.KSP.NormType.NONE)
    solver.setTolerances(max_it=50)
    return solver


def shell(context):
    return PETSc.Mat().createPython([side * side] * 2, context=context)


InNumPy.mult = truth.timed("numpy", InNumPy.mult)
native, in_numpy, in_fortran = map(solver_of, [assembled(PETSc, side), shell(InNumPy()), shell(InFortran())])
heat = PETSc.Vec().createWithArray(np.ones(side * side))
answers = [heat.duplicate() for _ in range(3)]
PETSc.Log.begin()

for _ in truth.rounds():
    with truth.phase("assembled matrix"):
        native.solve(heat, answers[0])
    with truth.phase("matrix in NumPy"):
        in_numpy.solve(heat, answers[1])
    with truth.phase("matrix in Fortran"):
        in_fortran.solve(heat, answers[2])

same = all((answer - answers[0]).norm() < 1e-9 * answer.norm() for answer in answers)
seconds = {name: PETSc.Log.Event(name).getPerfInfo()["time"] for name in ("KSPSolve", "MatMult", "VecAXPY", "VecTDot")}
print("K39 done", same)
print(json.dumps(seconds))
