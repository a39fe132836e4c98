"""K48: the part of the hosted simulation that its user wrote. The host calls step, and gives the module `host`."""

import host

from truth import Truth

truth = Truth("K48")


def potential(i):
    total = 0
    for j in range(2000):
        total += j & i
    return total


def take():
    with truth.phase("python"):
        sum(i * i for i in range(150_000))
    with truth.phase("call of energy"):
        host.energy(1000)
    with truth.phase("callback", symbol="potential"):
        host.visit(potential, 150)


step = truth.timed("step", take)
