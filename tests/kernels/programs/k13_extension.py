"""K13: drives the C extension k13, whose folder is the first argument."""

import sys

from truth import Truth

sys.path.insert(0, sys.argv[1])
import k13  # noqa: E402, found by the line above

truth = Truth("K13")


def called_back(i):
    total = 0
    for j in range(2000):
        total += j & i
    return total


for _ in truth.rounds():
    with truth.phase("call of held"):
        k13.held(2000)
    with truth.phase("call of released"):
        k13.released(1500)
    with truth.phase("callback", symbol="called_back"):
        k13.call_back(called_back, 300)

print("K13 done")
