"""Phases that cause known numbers of events, in the main thread, in a thread and in a forked child. Prints the truth as
one line of JSON: for each, what getrusage counted for the calling thread in its phases."""

import json
import mmap
import os
import resource
import sys
import threading
import time

page = mmap.PAGESIZE


def fault(rounds):
    for _ in range(rounds):
        with mmap.mmap(-1, 2048 * page) as area:
            area.madvise(mmap.MADV_NOHUGEPAGE)
            for at in range(0, len(area), page):
                area[at] = 1


def spin(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(200))


def doze(times):
    for _ in range(times):
        time.sleep(0.0005)


def phases(rounds):
    truth = {}
    for phase, amount in ((fault, rounds), (spin, 0.3), (doze, 100), (spin, 0.1)):
        before = resource.getrusage(resource.RUSAGE_THREAD)
        phase(amount)
        after = resource.getrusage(resource.RUSAGE_THREAD)
        faults, switches = after.ru_minflt - before.ru_minflt, after.ru_nvcsw - before.ru_nvcsw
        known = truth.get(phase.__name__, (0, 0))
        truth[phase.__name__] = (known[0] + faults, known[1] + switches)
    return truth


def main():
    truths = {"main": phases(40)}
    thread = threading.Thread(target=lambda: truths.update(thread=phases(20)))
    thread.start()
    thread.join()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, json.dumps(phases(30)).encode())
        sys.exit(0)
    os.waitpid(child, 0)
    truths["child"] = json.loads(os.read(reading, 4096))
    print(json.dumps(truths))


main()
