"""K50: array expressions with a known number of temporaries, against the same in place: what fresh pages cost."""

import resource

import numpy as np

from truth import Truth

truth = Truth("K50")
a, b, c = (np.random.default_rng(seed).random(2_000_000) for seed in range(3))
out = np.empty_like(a)


def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


fresh_faults = in_place_faults = 0
for _ in truth.rounds():
    before = faults()
    with truth.phase("three temporaries"):
        for _ in range(3):
            a * b + c * a - b
    between = faults()
    with truth.phase("in place"):
        for _ in range(3):
            np.multiply(a, b, out=out)
            np.add(out, c, out=out)
            np.multiply(out, a, out=out)
            np.subtract(out, b, out=out)
    fresh_faults += between - before
    in_place_faults += faults() - between

print("K50 done, faults", fresh_faults, in_place_faults)
