"""K05: element-wise A * b, temporaries and fresh pages. No BLAS is at work here, whatever one expects of `*`."""

import numpy as np

from truth import Truth

truth = Truth("K05")
a = np.random.default_rng(5).random((1000, 1000))
b = np.random.default_rng(6).random(1000)
out = np.empty_like(a)


def in_place(times):
    for _ in range(times):
        np.multiply(a, b, out=out)


def fresh(times):
    for _ in range(times):
        a * b


def temporaries(times):
    for _ in range(times):
        a * b + a * 2 - b


for _ in truth.rounds():
    with truth.phase("in place"):
        in_place(20)
    with truth.phase("fresh result"):
        fresh(20)
    with truth.phase("temporaries"):
        temporaries(10)
    with truth.phase("square root"):
        for _ in range(10):
            np.sqrt(a, out=out)

print("K05 done", float(out[0, 0]) > 0)
