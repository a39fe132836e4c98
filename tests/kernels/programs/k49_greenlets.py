"""K49: greenlets that take turns on one thread: each has its own part of the stack, copied away while others run."""

import greenlet

from truth import Truth

truth = Truth("K49-greenlets")


def spin(count):
    total = 0
    for i in range(count):
        total += i & 7
    return total


def squares(count):
    return sum([i * i & 7 for i in range(count)])


def take_turns(work, other):
    while True:
        work(30_000)
        (other() or main).switch()


def first_steps():
    squares(200_000)


def of_function(name, function):
    """A greenlet's Python stack begins with its own function: the line that switches to it is not in it."""
    return truth.phase(name, function.__name__, place=(__file__, 0, 0, None))


main = greenlet.getcurrent()
first = greenlet.greenlet(lambda: take_turns(spin, lambda: second))
second = greenlet.greenlet(lambda: take_turns(squares, lambda: None))

for _ in truth.rounds():
    with of_function("two in turn", take_turns):
        for _ in range(10):
            first.switch()
    with of_function("a new one", first_steps):
        greenlet.greenlet(first_steps).switch()
    with truth.phase("none"):
        spin(400_000)

print("K49 done")
