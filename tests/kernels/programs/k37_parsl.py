"""K37: Parsl's tasks, in threads and in worker processes of its executor for many nodes; they measure themselves."""

import os
import time

import parsl
from parsl.config import Config
from parsl.executors import HighThroughputExecutor, ThreadPoolExecutor
from parsl.providers import LocalProvider

from truth import Truth, seconds_wanted

truth = Truth("K37")


def squares(count):
    return sum([i * i & 7 for i in range(count)])


def joined(count):
    return len("".join([str(i) for i in range(count)]))


def timed(function, count):
    """(the value of a call, the CPU time that it used)"""
    import time  # on the worker
    started = time.thread_time_ns()
    value = function(count)
    return value, time.thread_time_ns() - started


def main():
    workers = HighThroughputExecutor(label="workers", address="127.0.0.1", max_workers_per_node=2,
                                     provider=LocalProvider(max_blocks=1))
    threads = ThreadPoolExecutor(label="threads", max_threads=2)
    used = 0.0
    with parsl.load(Config(executors=[workers, threads], run_dir="runinfo", usage_tracking=0)):
        by_workers, by_threads = (parsl.python_app(timed, executors=[label]) for label in ("workers", "threads"))
        while used < seconds_wanted():
            for name, app, function, count in [("squares", by_workers, squares, 400_000),
                                               ("joined", by_threads, joined, 250_000)]:
                for _, cpu_ns in [future.result() for future in [app(function, count) for _ in range(4)]]:
                    truth.add(name, function.__code__, cpu_ns)
                    truth.add("whole", timed.__code__, cpu_ns)
                    used += cpu_ns / 1e9
    print("K37 done")


if __name__ == "__main__":
    main()
