"""K25: processes of multiprocessing: a Process, a Pool, a Queue, shared memory under a lock. The first argument is the
start method. Each child measures itself and leaves as multiprocessing does, without running exit functions."""

import multiprocessing
import os
import sys

from truth import Truth

truth = Truth("K25")
seconds = float(os.environ.get("PYPROF_KERNEL_SECONDS", "1"))


def spin(count):
    total = 0
    for i in range(count):
        total += i & 7
    return total


def squares(count):
    return sum([i * i & 7 for i in range(count)])


def alone(seconds):
    """The work of a Process of its own."""
    os.environ["PYPROF_KERNEL_SECONDS"] = str(seconds)
    for _ in truth.rounds():
        with truth.phase("spin in a process"):
            spin(200_000)
        with truth.phase("squares in a process"):
            squares(400_000)
    truth.write()


def add(total, lock, queue):
    for _ in range(20):
        with lock:
            total.value += spin(20_000)
    queue.put(os.getpid())


def main():
    context = multiprocessing.get_context(sys.argv[1])
    child = context.Process(target=alone, args=(seconds,))
    child.start()
    child.join()
    assert child.exitcode == 0
    with context.Pool(2) as pool:
        assert len(pool.map(squares, [100_000] * 8)) == 8
    total, lock, queue = context.Value("q", 0), context.Lock(), context.Queue()
    adders = [context.Process(target=add, args=(total, lock, queue)) for _ in range(2)]
    for adder in adders:
        adder.start()
    assert sorted(queue.get() for _ in adders) == sorted(adder.pid for adder in adders)
    for adder in adders:
        adder.join()
    print("K25 done", total.value)


if __name__ == "__main__":
    main()
