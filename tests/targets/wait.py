"""Waits in every way for known times, some of them in threads, and uses some CPU time in between. Prints the truth as one
line of JSON: seconds by the wall clock of each function."""

import json
import os
import socket
import subprocess
import threading
import time

truth = {}


def timed(function):
    def run(*arguments):
        begin = time.perf_counter()
        function(*arguments)
        truth[function.__name__] = truth.get(function.__name__, 0) + time.perf_counter() - begin
    return run


@timed
def naps():
    for _ in range(40):
        time.sleep(0.01)


@timed
def long_sleep():
    time.sleep(1.0)


@timed
def reads_pipe():
    reading, writing = os.pipe()
    threading.Timer(0.8, os.write, (writing, b"x")).start()
    os.read(reading, 1)


@timed
def receives():
    one, two = socket.socketpair()
    two.settimeout(5)
    threading.Timer(0.6, one.send, (b"x",)).start()
    two.recv(1)


@timed
def waits_for_child():
    subprocess.run(["sleep", "0.7"], check=True)


@timed
def waits_for_lock():
    lock = threading.Lock()
    lock.acquire()
    threading.Timer(0.9, lock.release).start()
    lock.acquire()


@timed
def computes(seconds=1.0):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(100))


def holds_gil(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(100))


def contends():
    """Two threads that both want the GIL all the time: each waits as long as the other runs."""
    threads = [threading.Thread(target=holds_gil, args=(0.7,)) for _ in range(2)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    truth["contends"] = time.perf_counter() - begin


def main():
    begin = time.perf_counter()
    for function in (naps, long_sleep, reads_pipe, receives, waits_for_child, waits_for_lock, computes, contends):
        function()
    truth["main"] = time.perf_counter() - begin
    print(json.dumps(truth))


main()
