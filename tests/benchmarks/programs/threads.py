"""Eight threads, half in Python, half in NumPy; each does SIZE rounds."""
import sys
import threading

import numpy as np

vector = np.random.default_rng(2).random(100_000)


def python():
    for _ in range(int(sys.argv[1])):
        sum(each * each for each in range(6000))


def numpy():
    for _ in range(int(sys.argv[1])):
        np.sort(vector[:8000]) + 1.0


threads = [threading.Thread(target=each) for each in (python, numpy) * 4]
for each in threads:
    each.start()
for each in threads:
    each.join()
