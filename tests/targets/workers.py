"""Two lines that let the same pool of threads work, through the same function, and one that does not:
`workers.py LIBRARY SECONDS`. Prints the CPU time in seconds of all threads and of this one, by function."""

import ctypes
import json
import sys
import time

library = ctypes.CDLL(sys.argv[1])
library.work_in_parallel.argtypes = [ctypes.c_long]
library.work_in_parallel.restype = ctypes.c_double
used = {}


def starts_the_pool():
    library.work_in_parallel(1)


def work(steps):
    library.work_in_parallel(steps)


def small():
    work(4_000_000)


def large():
    work(12_000_000)


def alone():
    for _ in range(200_000):
        pass


starts_the_pool()
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    for function in small, alone, large:
        before = time.process_time(), time.thread_time()
        function()
        times = used.setdefault(function.__name__, [0, 0])
        times[0] += time.process_time() - before[0]
        times[1] += time.thread_time() - before[1]
print(json.dumps(used))
