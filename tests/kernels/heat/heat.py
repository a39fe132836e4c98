#!/usr/bin/python3
"""A hot disc on a cold plate: the heat equation in two dimensions, solved by MPI ranks that own strips of rows.

Every part of a typical program is here: mpi4py exchanges the border rows, a C kernel advances the temperatures, NumPy
watches how much still changes. Run it as

    mpirun -n 2 python3 heat.py --library libheat.so
"""

import argparse
import ctypes
import time
import zlib

import numpy as np
from mpi4py import MPI


def load_kernel(path):
    """The C function heat_step of the shared library."""
    heat_step = ctypes.CDLL(path).heat_step
    matrix = np.ctypeslib.ndpointer(np.float64, ndim=2, flags="C_CONTIGUOUS")
    heat_step.argtypes = [matrix, matrix, ctypes.c_long, ctypes.c_long, ctypes.c_double]
    heat_step.restype = None
    return heat_step


def rows_of(rank, ranks, size):
    """First row and number of rows that a rank owns; the first ranks own one more where the division leaves a rest."""
    share, rest = divmod(size, ranks)
    return rank * share + min(rank, rest), share + (rank < rest)


def initial_field(first_row, rows, size):
    """The strip with its halo rows: 100 degrees inside a disc in the middle of the plate, 0 elsewhere."""
    y, x = np.ogrid[first_row - 1:first_row + rows + 1, 0:size]
    radius = size / 4
    return np.where((x - size / 2) ** 2 + (y - size / 2) ** 2 < radius ** 2, 100.0, 0.0)


def exchange_halo(field, communicator):
    """Gives the neighbours our outermost rows and takes theirs as our halo."""
    rank, ranks = communicator.Get_rank(), communicator.Get_size()
    above = rank - 1 if rank > 0 else MPI.PROC_NULL
    below = rank + 1 if rank < ranks - 1 else MPI.PROC_NULL
    communicator.Sendrecv(field[1], dest=above, recvbuf=field[-1], source=below)
    communicator.Sendrecv(field[-2], dest=below, recvbuf=field[0], source=above)


def advance(heat_step, field, following):
    """One time step: writes the temperatures that follow `field`."""
    heat_step(field, following, field.shape[0] - 2, field.shape[1], 0.2)


def largest_change(field, before, communicator):
    """How much the hottest change of one step is, over all ranks."""
    change = np.abs(field[1:-1] - before[1:-1]).max()
    return communicator.allreduce(change, op=MPI.MAX)


def solve(heat_step, field, communicator, steps, seconds):
    """Advances until `steps` are done or, if it is not 0, every rank has used `seconds` of CPU time."""
    following = field.copy()
    started = time.process_time()
    done, change = 0, 0.0
    while done < steps:
        exchange_halo(field, communicator)
        advance(heat_step, field, following)
        field, following = following, field
        done += 1
        if done % 10 == 0:
            change = largest_change(field, following, communicator)
            if seconds and communicator.allreduce(time.process_time() - started, op=MPI.MIN) > seconds:
                break
    return field, done, change


def report(field, done, change, communicator):
    """Rank 0 prints what came out; the checksum is the same for any number of ranks."""
    strips = communicator.gather(field[1:-1], root=0)
    if communicator.Get_rank() == 0:
        plate = np.vstack(strips)
        print(f"{communicator.Get_size()} ranks, {plate.shape[0]} x {plate.shape[1]} cells, {done} steps")
        print(f"mean {plate.mean():.6f}, last change {change:.6f}, checksum {zlib.crc32(plate.tobytes()):08x}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", required=True, help="the compiled kernel, libheat.so")
    parser.add_argument("--size", type=int, default=1000, help="cells along one side of the plate")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seconds", type=float, default=0, help="stop earlier, after so much CPU time of each rank")
    arguments = parser.parse_args()

    communicator = MPI.COMM_WORLD
    first_row, rows = rows_of(communicator.Get_rank(), communicator.Get_size(), arguments.size)
    field = initial_field(first_row, rows, arguments.size)
    heat_step = load_kernel(arguments.library)
    field, done, change = solve(heat_step, field, communicator, arguments.steps, arguments.seconds)
    report(field, done, change, communicator)


if __name__ == "__main__":
    main()
