"""K26: tasks of executors and of asyncio: threads, processes, coroutines that take turns. Each task measures itself."""

import asyncio
import concurrent.futures
import os

from truth import Truth, measured_call, seconds_wanted

truth = Truth("K26")


def squares(count):
    return sum([i * i & 7 for i in range(count)])


def joined(count):
    return len("".join([str(i) for i in range(count)])), os.getpid()


def spin(count):
    total = 0
    for i in range(count):
        total += i & 7
    return total


async def coroutine(count):
    for _ in range(4):
        spin(count)
        await asyncio.sleep(0)


async def gathered(count):
    await asyncio.gather(*(coroutine(count) for _ in range(3)))


def coroutines(count):
    asyncio.run(gathered(count))


def main():
    used, children = 0, set()
    with concurrent.futures.ProcessPoolExecutor(2) as processes, \
            concurrent.futures.ThreadPoolExecutor(2, thread_name_prefix="pool") as threads:
        while used < seconds_wanted() * 1e9:
            tasks = [("squares", squares, threads.submit(measured_call, squares, 200_000)),
                     ("joined", joined, processes.submit(measured_call, joined, 100_000)),
                     ("coroutines", coroutines, threads.submit(measured_call, coroutines, 60_000))]
            for name, function, task in tasks:
                value, taken = task.result()
                truth.add(name, function.__code__, taken)
                truth.add("whole", measured_call.__code__, taken)
                used += taken
                if function is joined:
                    children.add(value[1])
    assert children and os.getpid() not in children
    print("K26 done")


if __name__ == "__main__":
    main()
