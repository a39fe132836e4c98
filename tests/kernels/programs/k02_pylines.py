"""K02: lines with weights 1 : 2 : 4 : 8, and each way in which Python code calls Python code."""

import functools

from truth import Truth

truth = Truth("K02")
unit = 250_000


def spin(count):
    total = 0
    for i in range(count):
        total += i & 7
    return total


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def numbers(count):
    for i in range(count):
        yield i * i & 7


def doubled(function):
    @functools.wraps(function)
    def wrapper(count):
        return function(count) + function(count)
    return wrapper


@doubled
def decorated(count):
    return spin(count)


class Box:
    @property
    def content(self):
        return spin(2 * unit)


def guarded(count):
    try:
        return spin(count)
    finally:
        spin(count)


made = {"spin": spin, "unit": unit}
exec(compile("def made_here():\n    total = 0\n    for i in range(2 * unit):\n        total += i & 7\n    return total\n",
             "<made here>", "exec"), made)
made_here = truth.timed("exec'd code", made["made_here"])
twice = lambda count: spin(count) + spin(count)  # noqa: E731, a lambda is what is tried


for _ in truth.rounds():
    with truth.phase("weight 1"):
        spin(1 * unit)
    with truth.phase("weight 2"):
        spin(2 * unit)
    with truth.phase("weight 4"):
        spin(4 * unit)
    with truth.phase("weight 8"):
        spin(8 * unit)
    with truth.phase("comprehension"):
        sum([i * i & 7 for i in range(2 * unit)])
    with truth.phase("generator"):
        sum(numbers(2 * unit))
    with truth.phase("lambda"):
        twice(unit)
    with truth.phase("decorator"):
        decorated(unit)
    with truth.phase("recursion", symbol="fibonacci"):
        fibonacci(23)
    with truth.phase("property"):
        Box().content
    with truth.phase("several lines"):
        max(
            spin(unit),
            spin(2 * unit),
        )
    with truth.phase("try and finally"):
        guarded(unit)
    made_here()

print("K02 done")
