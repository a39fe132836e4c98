"""K34: f2py calls a Fortran subroutine that calls MPI itself: `k34.py FOLDER_OF_MODULE`."""

import sys

from call_truth import CallTruth, now
from mpi4py import MPI

sys.path.insert(0, sys.argv[1])
import k34  # noqa: E402

world = MPI.COMM_WORLD
calls = CallTruth("K34", world.rank)
values = [1.0] * 10_000
for _ in range(20):
    begin = now(); mean = k34.average(values, 50); calls.add("MPI_Allreduce", 100 * 8 * len(values), begin)
    assert mean == 1.0, mean
calls.fact("calls", 20 * 100)
calls.write()
