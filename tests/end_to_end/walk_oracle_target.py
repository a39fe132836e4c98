"""Runs in the interpreter under test: Python and NumPy work while walk_probe.so compares every walk with libunwind.

Arguments: the probe's path, the number of samples wanted, how many a second, and the work: `mix` or `numba`.
Prints the counts as JSON on the last line.
"""

import ctypes
import functools
import hashlib
import json
import random
import re
import sys
import threading
import time

try:
    import numpy
    import numpy.linalg
except ImportError:
    numpy = None

names = ("compared", "equal", "different", "no_unwind_information", "other_module", "stopped", "oracle_stopped", "too_deep")
probe = ctypes.PyDLL(sys.argv[1])


def counts():
    values = (ctypes.c_uint64 * len(names))()
    probe.walk_probe_counts(values)
    return dict(zip(names, values))


class Callable:
    """Calling an instance goes through C at every level."""

    def __init__(self, depth, work):
        self.depth, self.work = depth, work

    def __call__(self, *_):
        return nested(self.depth - 1, self.work)


def nested(depth, work):
    if depth <= 0:
        return work()
    if depth % 2:
        return functools.reduce(lambda left, right: nested(depth - 1, work) if right else None, [0, 1])
    return list(map(Callable(depth, work), [0]))


def python_work():
    numbers = [random.random() for _ in range(200)]
    sorted(numbers, key=lambda number: -number)
    json.loads(json.dumps({"numbers": numbers, "text": "x" * 100}))
    re.findall(r"(\d+)\.(\d+)", repr(numbers))
    hashlib.sha256(repr(numbers).encode()).hexdigest()
    for _ in range(300):
        time.perf_counter_ns()
    try:
        int("not a number")
    except ValueError as error:
        str(error)


def numpy_work():
    vector = numpy.random.rand(20000)
    matrix = numpy.random.rand(60, 60)
    numpy.sort(vector)
    numpy.sin(vector).sum()
    matrix.dot(matrix)
    numpy.linalg.solve(matrix, matrix[:, :4])
    numpy.fft.fft(vector)


def compile_numba_work():
    """Generated code has no unwind information at all, however deep it is."""
    import numba

    @numba.njit
    def escape(x, y):
        u, v = x, y
        for i in range(200):
            u, v = u * u - v * v + x, 2 * u * v + y
            if u * u + v * v > 4:
                return i
        return 200

    @numba.njit
    def fibonacci(n):
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    @numba.njit
    def work(values):
        total = fibonacci(20)
        for x in values:
            for y in values:
                total += escape(x, y)
        return total + numpy.sort(values).sum()

    values = numpy.linspace(-2, 1, 200)
    return lambda: work(values)


def jobs_of(work):
    if work == "numba":
        return [compile_numba_work()]
    return [python_work, numpy_work] if numpy else [python_work]


def sample(jobs, wanted):
    goal = counts()["compared"] + wanted
    probe.walk_probe_start(int(sys.argv[3]))
    while counts()["compared"] < goal:
        for depth in (0, 3, 12):
            for job in jobs:
                nested(depth, job)
    probe.walk_probe_stop()


def main():
    wanted = int(sys.argv[2])
    jobs = jobs_of(sys.argv[4])
    for job in jobs:
        nested(2, job)  # imports and binds what it needs: the loader's lock must be free while sampling
    probe.walk_probe_set_up()
    sample(jobs, wanted // 2)
    thread = threading.Thread(target=sample, args=(jobs, wanted - wanted // 2))
    thread.start()
    thread.join()
    probe.walk_probe_print(sys.version.split()[0].encode())
    print(json.dumps(counts()))


main()
