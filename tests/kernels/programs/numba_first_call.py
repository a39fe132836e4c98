"""A loop by CPython, by Numba's first call, and by a hundred later calls."""

import math

from numba import njit


def by_python(count):
    total = 0.0
    for i in range(count):
        total += math.sqrt(i)
    return total


compiled = njit(by_python)

totals = [by_python(100_000) for _ in range(10)]
totals.append(compiled(100_000))  # compiles first
totals += [compiled(100_000) for _ in range(100)]
print("the same total each time:", len({round(total, 3) for total in totals}) == 1)
