"""K49: stacks that profilers trip over: deep ones of Python, deep ones of Python and C in turn, a second interpreter in
the same thread, whose code does not know who runs it."""

import sys
import time

from truth import Truth

truth = Truth("K49-stacks")
sys.setrecursionlimit(10_000)


def spin(count):
    total = 0
    for i in range(count):
        total += i & 7
    return total


def descend(depth, count):
    return spin(count) if depth == 0 else descend(depth - 1, count)


def descend_through_c(depth, count):
    """Every other call is made by C."""
    return spin(count) if depth == 0 else max([depth], key=lambda _: descend_through_c(depth - 1, count))


def make_interpreter():
    """What runs source code in an interpreter of its own; nothing where this one cannot make any."""
    try:
        import _interpreters as interpreters  # from 3.13 on
        made = interpreters.create("legacy")
    except ImportError:
        try:
            import _xxsubinterpreters as interpreters
        except ImportError:
            return None
        made = interpreters.create(**({} if sys.version_info < (3, 9) else {"isolated": False}))
    return lambda text: interpreters.run_string(made, text)


in_second = """
def spin_in_second(count):
    total = 0
    for i in range(count):
        total += i & 7
    return total

spin_in_second(300_000)
"""
run_in_second = make_interpreter()
used = 0

for _ in truth.rounds():
    with truth.phase("deep"):
        descend(4000, 200_000)
    with truth.phase("deep, through C"):
        descend_through_c(100, 400_000)
    with truth.phase("shallow"):
        spin(600_000)

started = time.thread_time_ns()
for _ in range(20 if run_in_second else 0):
    run_in_second(in_second)
print("K49 done", time.thread_time_ns() - started)
