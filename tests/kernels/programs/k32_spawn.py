"""K32: one of two ranks starts two more processes (MPI_Comm_spawn), which compute and talk to it; `k32_spawn.py [WORKER]`.

Without the name of a program the workers are this one, and write a truth of their own, beside that of the ranks.
"""

import array
import os
import sys
import time

from call_truth import CallTruth, now
from mpi4py import MPI

parent = MPI.Comm.Get_parent()
is_worker = parent != MPI.COMM_NULL
if is_worker and "PYPROF_TRUTH" in os.environ:
    os.environ["PYPROF_TRUTH"] += ".workers"
world = MPI.COMM_WORLD
calls = CallTruth("K32", world.rank)
rounds, workers = 20, 2
data, result = array.array("d", [1.0] * 50), array.array("d", [0.0] * 50)
nbytes = 8 * len(data)


def compute(seconds):
    begin = time.thread_time_ns()
    while time.thread_time_ns() < begin + seconds * 1e9:
        sum(range(1000))
    return time.thread_time_ns() - begin


def work():
    calls.fact("cpu_ns", compute(0.6))
    calls.fact("pid", os.getpid())
    for _ in range(rounds):
        begin = now(); parent.Bcast(data, root=0); calls.add("MPI_Bcast", nbytes, begin)
        begin = now(); world.Allreduce(data, result); calls.add("MPI_Allreduce", nbytes, begin)
        begin = now(); parent.Reduce(data, None, root=0); calls.add("MPI_Reduce", nbytes, begin)
    parent.Disconnect()


def lead(command):
    begin = now(); between = MPI.COMM_SELF.Spawn(command[0], command[1:], workers); calls.add("MPI_Comm_spawn", 0, begin)
    for _ in range(rounds):
        begin = now(); between.Bcast(data, root=MPI.ROOT); calls.add("MPI_Bcast", 0, begin)
        begin = now(); between.Reduce(None, result, root=MPI.ROOT); calls.add("MPI_Reduce", 0, begin)
    assert result[0] == workers
    between.Disconnect()


if is_worker:
    work()
else:
    calls.fact("cpu_ns", compute(0.3))
    if world.rank == 0:
        lead(sys.argv[1:] or [sys.executable, __file__])
    begin = now(); world.Barrier(); calls.add("MPI_Barrier", 0, begin)
calls.write()
