"""K21: what Numba makes of Python functions: compiled, cached, called from C, with a part in object mode, and parallel.

The first argument is the folder of Numba's cache: in a second run with the same one a function comes from there.
"""

import ctypes
import os
import sys
import time

os.environ["NUMBA_CACHE_DIR"] = sys.argv[1]
import numba  # noqa: E402, reads its variables when it is imported
from numba import cfunc, njit, objmode, prange  # noqa: E402
from truth import Truth  # noqa: E402

truth = Truth("K21")


def jit_phase(name):
    """A compiled function is found by its name; it has no line of its own."""
    return truth.phase(name, symbol=name, domain="jit", place=(__file__, 0, 0, None))


@njit
def harmonic(n):
    total = 0.0
    for i in range(1, n):
        total += 1.0 / i
    return total


@njit(cache=True)
def from_cache(n):
    total = 1.0
    for i in range(1, n):
        total = 1.0 + 1.0 / (total + i)
    return total


def in_python(n):
    total = 0
    for i in range(n):
        total += i & 3
    return total


@njit
def with_object_mode(n):
    total = 0.0
    for i in range(1, 8 * n):
        total += 1.0 / (total + i)
    with objmode(part="int64"):
        part = in_python(n)
    return total + part


@cfunc("float64(int64)")
def from_c(n):
    total = 0.5
    for i in range(1, n):
        total = 2.0 / (total + i)
    return total


@njit(parallel=True)
def on_all_cores(n):
    total = 0.0
    for i in prange(1, n):
        total += 1.0 / (1.0 + i * i)
    return total


call_from_c = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int64)(from_c.address)

with truth.phase("compile"):
    harmonic(10)
    from_cache(10)
    with_object_mode(10)

for _ in truth.rounds():
    with jit_phase("harmonic"):
        harmonic(16_000_000)
    with jit_phase("from_cache"):
        from_cache(4_000_000)
    with truth.phase("with_object_mode"):  # by its lines: below its name is also what compiled the part in Python
        with_object_mode(400_000)
    with jit_phase("from_c"):
        call_from_c(4_000_000)

on_all_cores(10)
end = time.process_time() + 0.5
while time.process_time() < end:
    on_all_cores(10_000_000)

print("K21 done,", sum(from_cache.stats.cache_hits.values()), "from the cache")
