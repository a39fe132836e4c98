"""As much work in small Python functions as in products of matrices; prints its own CPU time of each."""

import time

import numpy as np


def is_even(number):
    return number & 1 == 0


def count_even(numbers):
    return sum(1 for number in range(numbers) if is_even(number))


def multiply(matrix, times):
    for _ in range(times):
        matrix = matrix @ matrix
        matrix /= matrix.max()
    return matrix


matrix = np.random.default_rng(1).random((400, 400))
used = {"calls": 0.0, "products": 0.0}
for _ in range(20):
    for name, work in (("calls", lambda: count_even(300_000)), ("products", lambda: multiply(matrix, 7))):
        started = time.thread_time()
        work()
        used[name] += time.thread_time() - started
print("calls {calls:.3f} s, products {products:.3f} s".format(**used))
