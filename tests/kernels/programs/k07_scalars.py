"""K07: one number of an array at a time: NumPy's machinery for scalars, against math and against the whole array."""

import math

import numpy as np

from truth import Truth

truth = Truth("K07")
count = 60_000
a = np.zeros(count)
numbers = np.arange(float(count))


def by_numpy():
    for i in range(count):
        a[i] = np.sqrt(i)


def by_math():
    for i in range(count):
        a[i] = math.sqrt(i)


for _ in truth.rounds():
    with truth.phase("scalars by numpy"):
        by_numpy()
    with truth.phase("scalars by math"):
        by_math()
        by_math()
    with truth.phase("the whole array"):
        for _ in range(400):
            np.sqrt(numbers, out=a)

print("K07 done", float(a[4]))
