"""K09: the electrostatic energy of charges, by broadcast and einsum, one statement a phase."""

import numpy as np

from truth import Truth

truth = Truth("K09")
count = 500
random = np.random.default_rng(9)
place = random.random((count, 3))
charge = random.choice([-1.0, 1.0], count)

for _ in truth.rounds():
    with truth.phase("differences"):
        for _ in range(4):
            between = place[:, None, :] - place[None, :, :]
    with truth.phase("squares"):
        for _ in range(4):
            squared = np.einsum("ijk,ijk->ij", between, between)
    with truth.phase("inverse distances"):
        for _ in range(4):
            distance = np.sqrt(squared)
            np.fill_diagonal(distance, np.inf)
            inverse = 1 / distance
    with truth.phase("energy"):
        for _ in range(4):
            energy = 0.5 * np.einsum("i,ij,j->", charge, inverse, charge)

print("K09 done", np.isfinite(energy))
