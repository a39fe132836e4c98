"""K18: drives the SWIG module k18, whose folder is the first argument."""

import sys

from truth import Truth

sys.path.insert(0, sys.argv[1])
import k18  # noqa: E402, found by the line above

truth = Truth("K18")
for _ in truth.rounds():
    with truth.phase("call of relax"):
        k18.plate_relax(400)
    with truth.phase("call of energy"):
        k18.plate_energy(1500)

print("K18 done")
