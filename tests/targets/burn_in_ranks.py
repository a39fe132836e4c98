"""MPI ranks that use CPU time and then differ: `burn_in_ranks.py SECONDS [late:RANK:SECONDS | kill:RANK]`.

late: that rank comes to MPI_Finalize so many seconds after the others. kill: that rank ends by SIGKILL.
"""

import os
import signal
import sys
import time

from mpi4py import MPI

from burn import burn

rank = MPI.COMM_WORLD.Get_rank()
burn(float(sys.argv[1]))
MPI.COMM_WORLD.Barrier()
what, *numbers = (sys.argv[2] if len(sys.argv) > 2 else "none").split(":")
if what == "late" and rank == int(numbers[0]):
    time.sleep(float(numbers[1]))
if what == "kill" and rank == int(numbers[0]):
    os.kill(os.getpid(), signal.SIGKILL)
if rank == 0:
    print(MPI.COMM_WORLD.Get_size(), "ranks done")
