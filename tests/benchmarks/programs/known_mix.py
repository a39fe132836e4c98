"""A fixed amount of work in functions whose CPU time is known: a loop, pairs of calls by turns, compression, and, where
there is NumPy, a product of matrices. Usage: known_mix.py ROUNDS. The file $KNOWN_MIX gets {function: CPU seconds}.

Each inner_X is called by its outer_X alone; a stack that says otherwise was put together from two moments.
"""

import json
import os
import sys
import time
import zlib

try:
    import numpy
except ImportError:
    numpy = None

block = bytes(range(256)) * 4096
matrix = numpy.random.default_rng(1).random((300, 300)) if numpy else None


def spin(count):
    total = 0
    for i in range(count):
        total += i & 7
    return total


def inner_one(n):
    return n + 1


def inner_two(n):
    return n - 1


def outer_one(n):
    return inner_one(n) + inner_one(n)


def outer_two(n):
    return inner_two(n) + inner_two(n)


def pairs(count):
    total = 0
    for i in range(count):
        total += outer_one(i)
        total += outer_two(i)
    return total


def compressed(times):
    for _ in range(times):
        zlib.compress(block, 1)


def product(times):
    for _ in range(times):
        matrix @ matrix


work = [(spin, 400_000), (pairs, 50_000), (compressed, 8)] + ([(product, 20)] if numpy else [])
seconds = dict.fromkeys([function.__name__ for function, _ in work], 0.0)
for _ in range(int(sys.argv[1])):
    for function, argument in work:
        begin = time.thread_time()
        function(argument)
        seconds[function.__name__] += time.thread_time() - begin
if "KNOWN_MIX" in os.environ:
    with open(os.environ["KNOWN_MIX"], "w", encoding="utf-8") as file:
        json.dump(seconds, file)
