"""Calls, for some seconds of CPU time, pairs of functions by turns as fast as it can: each inner_X is called by its
outer_X alone, and each outer_X by alternate alone. A stack that says otherwise was put together from two moments.

Usage: alternate.py SECONDS
"""

import sys
import time


def inner_plain(n):
    return n + 1


def outer_plain(n):
    return inner_plain(n) + inner_plain(n)


class Object:
    def __init__(self, n):
        self.n = inner_init(n)

    def outer_method(self):
        return self.inner_method() + self.inner_method()

    def inner_method(self):
        return self.n

    @property
    def inner_property(self):
        return self.n


def inner_init(n):
    return n


def outer_property(n):
    return an_object.inner_property + an_object.inner_property


def inner_generator(n):
    yield n
    yield n + 1


def outer_generator(n):
    return sum(inner_generator(n))


def inner_callback(n):
    return -n


def outer_callback(n):
    return min((1, 2, 3), key=inner_callback)


def inner_raising(n):
    raise ValueError(n)


def outer_raising(n):
    try:
        inner_raising(n)
    except ValueError:
        return n


def inner_deep(n):
    return inner_deep(n - 1) if n else 0


def outer_deep(n):
    return inner_deep(5)


an_object = Object(3)


def alternate(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        for n in range(200):
            outer_plain(n)
            Object(n)
            an_object.outer_method()
            outer_property(n)
            outer_generator(n)
            outer_callback(n)
            outer_raising(n)
            outer_deep(n)


alternate(float(sys.argv[1]))
