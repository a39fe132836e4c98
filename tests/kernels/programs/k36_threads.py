"""K36: one thread computes while another one communicates."""

import array
import hashlib
import threading
import time

from call_truth import CallTruth, now
from mpi4py import MPI

assert MPI.Query_thread() == MPI.THREAD_MULTIPLE
world = MPI.COMM_WORLD
calls = CallTruth("K36", world.rank)
right, left = (world.rank + 1) % world.size, (world.rank - 1) % world.size
done = threading.Event()


def communicate():
    data, other = array.array("d", [1.0] * 50_000), array.array("d", [0.0] * 50_000)
    for _ in range(100):
        begin = now(); world.Sendrecv(data, right, 0, other, left, 0); calls.add("MPI_Sendrecv", 8 * len(data), begin)
        time.sleep(0.01)
    calls.fact("communicating_ns", time.thread_time_ns())
    done.set()


def compute():
    block = bytes(1 << 20)
    while not done.is_set():
        hashlib.sha256(block).digest()
    calls.fact("computing_ns", time.thread_time_ns())


threads = [threading.Thread(target=communicate, name="communicates"), threading.Thread(target=compute, name="computes")]
for thread in threads: thread.start()
for thread in threads: thread.join()
calls.write()
