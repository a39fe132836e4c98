"""K42: a field in three dimensions is transformed forth and back by mpi4py-fft, and redistributed between the ranks."""

import numpy as np
from mpi4py import MPI
from mpi4py_fft import PFFT, newDistArray, pencil

from truth import Truth

truth = Truth("K42")
world = MPI.COMM_WORLD
pencil.Transfer.forward = truth.timed("there", pencil.Transfer.forward)
pencil.Transfer.backward = truth.timed("back again", pencil.Transfer.backward)
transform = PFFT(world, [96, 128, 128], axes=(0, 1, 2), dtype=np.float64)
field = newDistArray(transform, False)
field[:] = np.random.default_rng(world.rank).random(field.shape)
before, spectrum = field.copy(), newDistArray(transform)

for _ in truth.rounds(world.bcast):
    with truth.phase("forward"):
        for _ in range(4):
            spectrum = transform.forward(field, spectrum)
    with truth.phase("backward"):
        for _ in range(4):
            field = transform.backward(spectrum, field)

if world.rank == 0:
    print("K42 done", np.allclose(field, before))
