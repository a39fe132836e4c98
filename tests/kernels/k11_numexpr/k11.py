"""K11: numexpr evaluates expressions; the argument is its number of threads.

With one thread shares are measured; with two the main thread waits for the others, and only their work is looked at.
"""

import os
import sys
import time

import numexpr
import numpy as np
from truth import Truth

truth = Truth("K11")
numexpr.set_num_threads(int(sys.argv[1]))
a = np.linspace(0.0, 1.0, 2_000_000)
b = a + 1

def evaluate_with_truth():
    for _ in truth.rounds():
        with truth.phase("sine"):
            numexpr.evaluate("sin(a) + b")
        with truth.phase("product"):
            numexpr.evaluate("a * b + a")


def evaluate_in_threads():
    end = time.process_time() + float(os.environ["PYPROF_KERNEL_SECONDS"])
    while time.process_time() < end:
        numexpr.evaluate("sin(a) + b")


if sys.argv[1] == "1":
    evaluate_with_truth()
else:
    evaluate_in_threads()

print("K11 done")
