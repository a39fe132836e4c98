"""K29: rank r computes (r + 1) times as long as rank 0, then all meet; the last rank waits for a message that comes late."""

import array
import os
import time

from call_truth import CallTruth, now, waits
from mpi4py import MPI

world = MPI.COMM_WORLD
rank, size = world.rank, world.size
calls = CallTruth("K29", rank)
rounds = 8
unit_ns = int(float(os.environ.get("PYPROF_KERNEL_SECONDS", "3.2")) * 1e9 / rounds / (size + 2))
value, result = array.array("d", [1.0] * 4), array.array("d", [0.0] * 4)


def compute(duration):
    end = now() + duration
    while now() < end:
        pass


def meet(cpu):
    """Times of arrival and departure of one kind of call."""
    arrived, left = [], []
    for _ in range(rounds):
        compute((rank + 1) * unit_ns)
        used = time.thread_time_ns()
        begin = now(); world.Allreduce(value, result); calls.add("MPI_Allreduce", 32, begin)
        cpu.append(time.thread_time_ns() - used)
        arrived.append(begin)
        left.append(now())
    return arrived, left


def late_sender():
    """Nanoseconds that the last rank's receives began before the sends."""
    begin_ns = []
    for _ in range(rounds):
        world.Barrier()
        if rank == 0:
            compute(unit_ns)
            begin = now(); world.Send(value, size - 1); calls.add("MPI_Send", 32, begin)
            begin_ns.append(begin)
        elif rank == size - 1:
            begin = now(); world.Recv(result, 0); calls.add("MPI_Recv", 32, begin)
            begin_ns.append(begin)
    return begin_ns


cpu_in_calls = []
world.Barrier()
arrived, left = meet(cpu_in_calls)
begins = late_sender()
own = waits(world.allgather(arrived), world.allgather(left))[rank]
calls.fact("wait_ns", own[0])
calls.fact("after_ns", own[1])
calls.fact("cpu_ns", sum(cpu_in_calls))
begins = world.allgather(begins)
if rank == size - 1:
    calls.fact("late_ns", sum(max(0, sent - begun) for sent, begun in zip(begins[0], begins[rank])))
calls.write()
MPI.Pcontrol(0)  # says to tools that this is all
