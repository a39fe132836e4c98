"""K17: drives the f2py module k17, whose folder and Fortran source are the arguments."""

import sys

import numpy as np
from truth import Truth, lines_of

sys.path.insert(0, sys.argv[1])
import k17  # noqa: E402, found by the line above

truth = Truth("K17")
source = sys.argv[2]
cells = np.ones(20000)
rows_first = np.ones((1500, 1500))
columns_first = np.asfortranarray(rows_first)

for _ in truth.rounds():
    with truth.phase("evolve", "rod::evolve", "native", lines_of(source, "subroutine evolve(")):
        k17.rod.evolve(cells, 400)
    with truth.phase("total_of", "rod::total_of", "native", (source, 0, 0, None)):
        k17.rod.total_of(columns_first, 10)
    with truth.phase("pi", "pi_by_series", "native", lines_of(source, "subroutine pi_by")):
        k17.pi_by_series(20000000)
    with truth.phase("copies"):  # f2py wants columns first
        for _ in range(4):
            k17.rod.total_of(rows_first, 0)

print("K17 done")
