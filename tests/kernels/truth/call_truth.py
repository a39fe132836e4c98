"""What a program's calls of MPI did, measured by itself: one JSON line per call and line, appended to $PYPROF_TRUTH.

    calls = CallTruth("K28", world.rank)
    begin = now(); world.Allreduce(data, result); calls.add("MPI_Allreduce", 800, begin)

The three statements stand in one line, which is the line of the call. `arrive` and `leave` instead of `add` remember every
single time as well, so that ranks on one machine can say who waited for whom (`waits`).
"""

import collections
import json
import os
import sys
import time

now = time.monotonic_ns  # one clock for all processes of a machine


def waits(arrivals, departures):
    """Of each rank: nanoseconds from its arrivals until the last rank came, and from then until it left."""
    last = [max(times) for times in zip(*arrivals)]
    return [(sum(late - own for late, own in zip(last, of_rank)), sum(max(0, end - late) for late, end in zip(last, ends)))
            for of_rank, ends in zip(arrivals, departures)]


class CallTruth:
    def __init__(self, kernel, rank):
        self.kernel, self.rank = kernel, rank
        self.rows = collections.defaultdict(lambda: [0, 0, 0])
        self.facts = {}

    def add(self, call, data_bytes, begin):
        """One call that began at `begin` and just ended, on the caller's line."""
        row = self.rows[call, sys._getframe(1).f_lineno]
        row[0] += 1
        row[1] += data_bytes
        row[2] += now() - begin

    def fact(self, name, value):
        """Something else that this rank knows."""
        self.facts[name] = value

    def write(self):
        rows = [{"kernel": self.kernel, "rank": self.rank, "call": call, "line": line, "count": count, "bytes": size, "ns": ns}
                for (call, line), (count, size, ns) in self.rows.items()]
        rows.append({"kernel": self.kernel, "rank": self.rank, "facts": self.facts})
        if "PYPROF_TRUTH" in os.environ:
            with open(os.environ["PYPROF_TRUTH"], "a", encoding="utf-8") as file:
                file.write("".join(json.dumps(row) + "\n" for row in rows))
