"""Collects garbage: by request, because so much was allocated, and with finalizers, while another thread computes.
Computes with and without the interpreter's lock. Prints the truth as one line of JSON: seconds of CPU time of the thread
that did it, the collector's between its callbacks."""

import gc
import hashlib
import json
import sys
import threading
import time
import weakref

truth = {"collector": 0.0, "finalizers": 0.0}
began = [0.0]


def watch(phase, _info):
    now = time.thread_time()
    if phase == "start":
        began[0] = now
    else:
        truth["collector"] += now - began[0]


def timed(function):
    def run(*arguments):
        begin = time.thread_time()
        function(*arguments)
        truth[function.__name__] = truth.get(function.__name__, 0) + time.thread_time() - begin
    return run


def burn(seconds):
    begin = time.thread_time()
    while time.thread_time() - begin < seconds:
        sum(range(200))
    truth["finalizers"] += time.thread_time() - begin


class Node:
    def __init__(self):
        self.itself = self


class Finalized(Node):
    def __del__(self):
        burn(0.02)


def on_death(_reference):
    burn(0.02)


@timed
def collects_on_request(seconds):
    gc.disable()
    kept = [Node() for _ in range(200_000)]
    begin = time.thread_time()
    while time.thread_time() - begin < seconds:
        gc.collect()
    gc.enable()
    return len(kept)


@timed
def allocates(seconds):
    kept = [[] for _ in range(200_000)]
    begin = time.thread_time()
    while time.thread_time() - begin < seconds:
        kept += [[[]] for _ in range(1000)]
        if len(kept) > 400_000:
            del kept[200_000:]


@timed
def finalizes(rounds):
    gc.disable()
    references = []
    for _ in range(rounds):
        Finalized()
        node = Node()
        references.append(weakref.ref(node, on_death))
        del node
        gc.collect()
    gc.enable()


@timed
def holds(seconds):
    begin = time.thread_time()
    while time.thread_time() - begin < seconds:
        sum(number * number for number in range(500))


@timed
def releases(seconds):
    block = bytes(1 << 20)
    begin = time.thread_time()
    while time.thread_time() - begin < seconds:
        hashlib.sha256(block).digest()


def bystander(stop):
    numbers = range(300)
    while not stop.is_set():
        sum(numbers)


def main():
    seconds = float(sys.argv[1])
    gc.callbacks.append(watch)
    holds(seconds)
    releases(seconds)
    collects_on_request(seconds)
    allocates(seconds)
    stop = threading.Event()
    thread = threading.Thread(target=bystander, args=(stop,))
    thread.start()
    finalizes(int(seconds / 0.04))
    stop.set()
    thread.join()
    gc.callbacks.remove(watch)
    print(json.dumps(truth))


main()
