"""As mpi_wrapper.c, through mpi4py: `mpi_wrapper.py CALLS`."""

import array
import sys
import time

from mpi4py import MPI

calls, world = int(sys.argv[1]), MPI.COMM_SELF
value, total = array.array("d", [1.0]), array.array("d", [0.0])


def loop(function, *arguments):
    for _ in range(calls):
        function(*arguments)


for counted in (False, True):
    for name, function, arguments in (("MPI_Iprobe", world.Iprobe, ()), ("MPI_Allreduce", world.Allreduce, (value, total))):
        begin = time.perf_counter_ns()
        loop(function, *arguments)
        if counted:
            print(name, (time.perf_counter_ns() - begin) / calls)
