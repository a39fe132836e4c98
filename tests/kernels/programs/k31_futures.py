"""K31: unequal tasks for a pool of ranks; the first rank hands them out."""

import time

from call_truth import CallTruth
from mpi4py import MPI
from mpi4py.futures import MPICommExecutor


def squares(count):
    """One task; its CPU time goes back with the result."""
    begin = time.thread_time_ns()
    total = sum(i * i for i in range(count))
    return MPI.COMM_WORLD.rank, time.thread_time_ns() - begin, total


calls = CallTruth("K31", MPI.COMM_WORLD.rank)
with MPICommExecutor(MPI.COMM_WORLD, root=0) as executor:
    if executor is not None:
        done = list(executor.map(squares, [200_000 * (1 + i % 5) for i in range(40)]))
        for worker in {rank for rank, _, _ in done}:
            calls.fact(f"cpu_ns of {worker}", sum(ns for rank, ns, _ in done if rank == worker))
calls.write()
