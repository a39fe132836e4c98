"""A loop of square roots that nobody uses, and one whose sum is used. The argument is the folder of K16's module."""

import sys

sys.path.insert(0, sys.argv[1])
import k16  # noqa: E402, found by the line above

times = 300_000_000
k16.sqrt_unused(times)
print("the sum of as many roots:", round(k16.sqrt_used(times)))
