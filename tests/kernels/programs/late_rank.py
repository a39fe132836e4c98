"""The last rank computes for two seconds before it comes to a barrier, where the others wait."""

import time

from mpi4py import MPI


def compute(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(i * i for i in range(1000))


world = MPI.COMM_WORLD
if world.rank == world.size - 1:
    compute(2)
before = time.perf_counter(), time.thread_time()
world.Barrier()
after = time.perf_counter(), time.thread_time()
if world.rank == 0:
    print(f"waited {after[0] - before[0]:.3f} s, {after[1] - before[1]:.3f} s of them on a processor")
