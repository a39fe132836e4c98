"""Counts the signals it gets: prints its pid and `ready`, then, after the seconds given, how often each came."""

import collections
import os
import signal
import sys
import time

counts = collections.Counter()


def count(number, _frame):
    counts[signal.Signals(number).name] += 1


for name in ("SIGTERM", "SIGINT", "SIGUSR1", "SIGHUP"):
    signal.signal(getattr(signal, name), count)
print("ready", os.getpid(), flush=True)
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    sum(range(1000))
print(" ".join(f"{name}={number}" for name, number in sorted(counts.items())) or "none", flush=True)
sys.exit(5)
