"""Work of several kinds, so that its stacks are many: NumPy, JSON, regular expressions, recursion, sorting."""

import json
import re
import sys
import time

import numpy


def solve(size):
    matrix = numpy.random.rand(size, size)
    return numpy.linalg.solve(matrix, numpy.ones(size)).sum() + numpy.linalg.svd(matrix[:60, :60])[1].sum()


def texts():
    text = json.dumps({str(i): [i] * 5 for i in range(2000)})
    return len(re.findall(r"\d+", text)) + len(json.loads(text))


def halves(count):
    return sum(i * i for i in range(count)) if count < 50 else halves(count // 2) + halves(count - count // 2)


end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    solve(150)
    texts()
    halves(3000)
    sorted(numpy.random.rand(20000).tolist())
