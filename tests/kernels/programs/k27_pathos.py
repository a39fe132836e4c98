"""K27: lambdas sent to the processes of a pool by dill. The argument is `multiprocess`, or `pathos`, built on it."""

import contextlib
import sys
import time

from truth import Truth, seconds_wanted

truth = Truth("K27")
offset = 7


def timed(function, count):
    """(the value of a call, the CPU time that it used)"""
    started = time.thread_time_ns()
    value = function(count)
    return value, time.thread_time_ns() - started


@contextlib.contextmanager
def map_of_pool(library):
    """The map function of two worker processes."""
    if library == "pathos":
        from pathos.pools import ProcessPool
        pool = ProcessPool(nodes=2)
        yield lambda function, counts: pool.map(function, counts)
        pool.close()
        pool.join()
        pool.clear()
    else:
        import multiprocess
        with multiprocess.Pool(2) as pool:
            yield pool.map
            pool.close()
            pool.join()


# These are pickled by value, with what they refer to: no worker could import them.
squares = lambda count: sum([(i * i + offset) & 7 for i in range(count)])  # noqa: E731
joined = lambda count: len("".join([str(i) for i in range(count)]))  # noqa: E731


def main():
    used = 0.0
    with map_of_pool(sys.argv[1]) as pool_map:
        while used < seconds_wanted():
            for name, function, count in [("squares", squares, 150_000), ("joined", joined, 100_000)]:
                results = pool_map(lambda size: timed(function, size), [count] * 4)
                for _, cpu_ns in results:
                    truth.add(name, function.__code__, cpu_ns)
                    truth.add("whole", timed.__code__, cpu_ns)
                    used += cpu_ns / 1e9
    print("K27 done", sorted({value for value, _ in results}))


if __name__ == "__main__":
    main()
