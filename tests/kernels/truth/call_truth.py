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
import threading
import time

now = time.monotonic_ns  # one clock for all processes of a machine


def waits(arrivals, departures):
    """Of each rank: nanoseconds from its arrivals until the last rank came, and from then until it left."""
    last = [max(times) for times in zip(*arrivals)]
    return [(sum(late - own for late, own in zip(last, of_rank)), sum(max(0, end - late) for late, end in zip(last, ends)))
            for of_rank, ends in zip(arrivals, departures)]


def delay():
    """Nanoseconds for which the calling thread could have run and had no core: see proc(5), schedstat."""
    with open("/proc/thread-self/schedstat", encoding="ascii") as file:
        return int(file.read().split()[1])


class CallTruth:
    def __init__(self, kernel, rank):
        self.kernel, self.rank = kernel, rank
        self.rows = collections.defaultdict(lambda: [0, 0, 0, 0])
        self.facts = {}
        self.thread = threading.local()

    def add(self, call, data_bytes, begin):
        """One call that began at `begin` and just ended, on the caller's line. Of a thread's delay each has what there was
        since the call before."""
        end, delayed = now(), delay()
        row = self.rows[call, sys._getframe(1).f_lineno]
        row[0] += 1
        row[1] += data_bytes
        row[2] += end - begin
        row[3] += delayed - getattr(self.thread, "delayed", 0)
        self.thread.delayed = delayed

    def fact(self, name, value):
        """Something else that this rank knows."""
        self.facts[name] = value

    def write(self):
        rows = [{"kernel": self.kernel, "rank": self.rank, "call": call, "line": line, "count": count, "bytes": size, "ns": ns,
                 "delay_ns": delay_ns} for (call, line), (count, size, ns, delay_ns) in self.rows.items()]
        rows.append({"kernel": self.kernel, "rank": self.rank, "facts": self.facts})
        if "PYPROF_TRUTH" in os.environ:
            with open(os.environ["PYPROF_TRUTH"], "a", encoding="utf-8") as file:
                file.write("".join(json.dumps(row) + "\n" for row in rows))
