"""K26: tasks of executors and of asyncio: threads, processes, coroutines that take turns."""

import asyncio
import concurrent.futures
import os

from truth import Truth

truth = Truth("K26")


def spin(count):
    total = 0
    for i in range(count):
        total += i & 7
    return total


def squares(count):
    return sum([i * i & 7 for i in range(count)])


def cubes(count):
    return len({i * i * i & 1023 for i in range(count)})


async def coroutine(count):
    for _ in range(4):
        spin(count)
        await asyncio.sleep(0)


async def together():
    await asyncio.gather(*(coroutine(60_000) for _ in range(3)))


def process_task(count):
    return squares(count), os.getpid()


def main():
    with concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="pool") as pool:
        for _ in truth.rounds():
            with truth.phase("coroutines"):
                asyncio.run(together())
            with truth.phase("in turn"):
                cubes(300_000)
            pool.submit(squares, 200_000).result()
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        (child,) = {pid for _, pid in pool.map(process_task, [200_000] * 40)}
    assert child != os.getpid()
    print("K26 done")


if __name__ == "__main__":
    main()
