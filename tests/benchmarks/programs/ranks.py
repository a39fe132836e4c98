"""A small MPI job: SIZE rounds of work and Allreduce on each rank."""
import sys

import numpy as np
from mpi4py import MPI

values = np.random.default_rng(MPI.COMM_WORLD.rank).random(50_000)
total = np.empty_like(values)
for _ in range(int(sys.argv[1])):
    np.sqrt(values * values + 1.0)
    np.sort(values[:5000])
    MPI.COMM_WORLD.Allreduce(values, total)
