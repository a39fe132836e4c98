"""K33: the same numbers as an object, which is pickled, and as a buffer, which is not."""

import array
import pickle
import time

from call_truth import CallTruth, now
from mpi4py import MPI

world = MPI.COMM_WORLD
calls = CallTruth("K33", world.rank)
rounds, values = 40, 20_000
pickling, sizes = [], []


def dumps(thing, protocol=pickle.HIGHEST_PROTOCOL):
    begin = now()
    message = pickle.dumps(thing, protocol)
    pickling.append(now() - begin)
    sizes.append(len(message))
    return message


MPI.pickle.__init__(dumps, pickle.loads)
nested = {f"row {i}": [float(k) for k in range(100)] for i in range(values // 100)}
flat = array.array("d", [float(k % 100) for k in range(values)])
to, source = (1, None) if world.rank == 0 else (None, 0)
for _ in range(rounds):
    if world.rank == 0:
        begin = now(); world.send(nested, 1); calls.add("MPI_Send", sizes[-1], begin)
        begin = now(); world.Send(flat, 1); calls.add("MPI_Send", 8 * values, begin)
    elif world.rank == 1:
        begin = now(); got = world.recv(source=0); calls.add("MPI_Mrecv", len(pickle.dumps(got, pickle.HIGHEST_PROTOCOL)), begin)
        begin = now(); world.Recv(flat, 0); calls.add("MPI_Recv", 8 * values, begin)
    world.Barrier()
calls.fact("pickle_ns", sum(pickling))
calls.write()
