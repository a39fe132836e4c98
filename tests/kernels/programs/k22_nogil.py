"""K22: threads that run compiled code without the interpreter's lock, beside one that runs Python."""

import threading
import time

from numba import njit
from truth import Truth

truth = Truth("K22")


@njit(nogil=True)
def released(n):
    total = 0.0
    for i in range(1, n):
        total += 1.0 / (total + i)
    return total


def held(n):
    total = 0
    for i in range(n):
        total += i & 3
    return total


def work(is_compiled):
    for _ in truth.rounds():
        if is_compiled:
            with truth.phase("released"):
                released(5_000_000)
        else:
            with truth.phase("held"):
                held(400_000)


released(10)
threads = [threading.Thread(target=work, args=(is_compiled,)) for is_compiled in (True, False, True)]
wall, cpu = time.perf_counter(), time.process_time()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("K22 done, overlap", (time.process_time() - cpu) / (time.perf_counter() - wall))
