"""K38: functions sent to two engines of ipyparallel, which its controller starts; they measure themselves."""


import ipyparallel

from truth import Truth, seconds_wanted

truth = Truth("K38")


def squares(count):
    return sum([i * i & 7 for i in range(count)])


def joined(count):
    return len("".join([str(i) for i in range(count)]))


def timed(function, count):
    """(the value of a call, the CPU time that it used)"""
    import time  # on the engine
    started = time.thread_time_ns()
    value = function(count)
    return value, time.thread_time_ns() - started


def main():
    used = 0.0
    with ipyparallel.Cluster(n=2, log_level=40) as engines:
        view = engines[:]
        while used < seconds_wanted():
            for name, function, count in [("squares", squares, 400_000), ("joined", joined, 250_000)]:
                results = view.map_sync(timed, [function] * 4, [count] * 4)
                for _, cpu_ns in results:
                    truth.add(name, function.__code__, cpu_ns)
                    truth.add("whole", timed.__code__, cpu_ns)
                    used += cpu_ns / 1e9
    print("K38 done", sorted({value for value, _ in results}))


if __name__ == "__main__":
    main()
