"""Runs in the interpreter under test: Python and NumPy work while walk_probe.so compares every walk with libunwind.

Arguments: the probe's path, the number of samples wanted, how many a second. Prints the counts as JSON on the last line.
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


def sample(wanted):
    goal = counts()["compared"] + wanted
    probe.walk_probe_start(int(sys.argv[3]))
    while counts()["compared"] < goal:
        for depth in (0, 3, 12):
            nested(depth, python_work)
            if numpy:
                nested(depth, numpy_work)
    probe.walk_probe_stop()


def main():
    wanted = int(sys.argv[2])
    nested(2, python_work)   # imports and binds what it needs: the loader's lock must be free while sampling
    if numpy:
        numpy_work()
    probe.walk_probe_set_up()
    sample(wanted // 2)
    thread = threading.Thread(target=sample, args=(wanted - wanted // 2,))
    thread.start()
    thread.join()
    probe.walk_probe_print(sys.version.split()[0].encode())
    print(json.dumps(counts()))


main()
