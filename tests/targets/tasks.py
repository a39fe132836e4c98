"""Runs asyncio tasks with and without names, one of which computes without the interpreter's lock. Prints seconds of CPU
time by name as one line of JSON."""

import asyncio
import hashlib
import json
import sys
import time

seconds = float(sys.argv[1])
truth = {}
block = bytes(1 << 20)


def burn(name, share, work):
    begin = time.thread_time()
    while time.thread_time() - begin < share:
        work()
    truth[name] = truth.get(name, 0) + time.thread_time() - begin


async def inner(name, share, work):
    burn(name, share, work)
    await asyncio.sleep(0)


async def visits(name, share, work=lambda: sum(range(500))):
    for _ in range(10):
        await inner(name, share / 10, work)


async def nameless(share):
    for _ in range(10):
        await inner("nameless", share / 10, lambda: sum(range(500)))


async def main():
    tasks = [asyncio.create_task(visits("first page", seconds), name="first page"),
             asyncio.create_task(visits("zweite Seite Ω", seconds / 2), name="zweite Seite Ω"),
             asyncio.create_task(visits("checks", seconds, lambda: hashlib.sha256(block).digest()), name="checks")]
    tasks += [asyncio.create_task(nameless(seconds / 8)) for _ in range(8)]
    for task in tasks:
        await task
    burn("main", seconds / 2, lambda: sum(range(500)))


asyncio.run(main())
print(json.dumps(truth))
