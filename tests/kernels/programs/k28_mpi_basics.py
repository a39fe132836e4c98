"""K28: what a first course of MPI does: a chain, an exchange of objects and arrays, nonblocking messages, collectives."""

import array
import pickle

from call_truth import CallTruth, now
from mpi4py import MPI

world = MPI.COMM_WORLD
rank, size = world.rank, world.size
right, left = (rank + 1) % size, (rank - 1) % size
calls = CallTruth("K28", rank)
data = array.array("d", [float(rank)] * 20_000)
other = array.array("d", data)
part = array.array("d", [0.0] * (20_000 // size))
nbytes, rounds = 8 * len(data), 50


def chain(step):
    """Each rank hands on what it got from the one before."""
    if rank > 0:
        begin = now(); world.Recv(other, rank - 1); calls.add("MPI_Recv", nbytes, begin)
    if rank < size - 1:
        begin = now(); world.Send(data, rank + 1); calls.add("MPI_Send", nbytes, begin)


def objects(step):
    thing = {"step": step, "names": ["a", "b"] * 10}
    message = len(pickle.dumps(thing, protocol=MPI.pickle.PROTOCOL))
    if rank % 2 == 0 and rank + 1 < size:
        begin = now(); world.send(thing, rank + 1); calls.add("MPI_Send", message, begin)
    if rank % 2 == 1:
        begin = now(); got = world.recv(source=rank - 1); calls.add("MPI_Mrecv", message, begin)
        assert got["step"] == step


def arrays(step):
    begin = now(); world.Sendrecv(data, right, 0, other, left, 0); calls.add("MPI_Sendrecv", nbytes, begin)


def nonblocking(step):
    begin = now(); receiving = world.Irecv(other, left); calls.add("MPI_Irecv", nbytes, begin)
    begin = now(); sending = world.Isend(data, right); calls.add("MPI_Isend", nbytes, begin)
    begin = now(); MPI.Request.Waitall([receiving, sending]); calls.add("MPI_Waitall", 0, begin)


def collectives(step):
    begin = now(); world.Barrier(); calls.add("MPI_Barrier", 0, begin)
    begin = now(); world.Bcast(other, root=step % size); calls.add("MPI_Bcast", nbytes, begin)
    begin = now(); world.Reduce(data, other, root=0); calls.add("MPI_Reduce", nbytes, begin)
    begin = now(); world.Allreduce(data, other); calls.add("MPI_Allreduce", nbytes, begin)
    whole = array.array("d", [0.0] * len(part) * size)
    begin = now(); world.Gather(part, whole, root=0); calls.add("MPI_Gather", 8 * len(part), begin)
    begin = now(); world.Scatter(whole, part, root=0); calls.add("MPI_Scatter", 8 * len(part), begin)
    begin = now(); world.Allgather(part, whole); calls.add("MPI_Allgather", 8 * len(part), begin)
    begin = now(); world.Alltoall(whole, array.array("d", whole)); calls.add("MPI_Alltoall", 8 * len(whole), begin)
    begin = now(); world.Scan(data, other); calls.add("MPI_Scan", nbytes, begin)


for step in range(rounds):
    for what in (chain, objects, arrays, nonblocking, collectives):
        what(step)
calls.write()
