"""K14: a C library through ctypes, and C that calls back into Python. The library's folder is the first argument."""

import ctypes
import sys

from truth import Truth

truth = Truth("K14")
plate = ctypes.CDLL(sys.argv[1] + "/libplate.so")
plate.plate_energy.restype = ctypes.c_double
libc = ctypes.CDLL(None)


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
def compare(a, b):
    total = 0
    for i in range(2000):
        total += i & 3
    return a[0] - b[0]


for number in truth.rounds():
    with truth.phase("call of relax"):
        plate.plate_relax(400)
    with truth.phase("call of energy"):
        plate.plate_energy(1500)
    with truth.phase("callback", symbol="compare"):
        libc.qsort((ctypes.c_int * 60)(*range(60, 0, -1)), 60, 4, compare)

print("K14 done")
