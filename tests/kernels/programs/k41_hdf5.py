"""K41: ranks write their parts of one HDF5 data set together, and read another, compressed by gzip, in chunks."""

import os

import h5py
import numpy as np
from mpi4py import MPI

from truth import Truth

truth = Truth("K41")
world = MPI.COMM_WORLD
rows, columns = 600, 1000
part = slice(world.rank * rows, (world.rank + 1) * rows)
field = np.random.default_rng(world.rank).integers(0, 50, (rows, columns)) / 8.0

if world.rank == 0:
    with h5py.File("compressed.h5", "w") as file:
        file.create_dataset("field", data=np.tile(field, (world.size, 1)), chunks=(100, columns), compression="gzip")
world.Barrier()
total = 0.0

with h5py.File("written.h5", "w", driver="mpio", comm=world) as written, \
     h5py.File("compressed.h5", "r", driver="mpio", comm=world) as compressed:
    target = written.create_dataset("field", (rows * world.size, columns), dtype="f8")
    for _ in truth.rounds(world.bcast):
        with truth.phase("collective write"):
            for _ in range(8):
                with target.collective:
                    target[part] = field
        with truth.phase("flush"):
            written.flush()
        with truth.phase("chunked read"):
            for _ in range(2):
                total += compressed["field"][part].sum()

if world.rank == 0:
    print("K41 done", os.path.getsize("written.h5") >= 8 * rows * columns * world.size, np.isfinite(total))
