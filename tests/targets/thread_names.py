"""Runs threads that have names of all kinds, and prints those names as one line of JSON."""

import _thread
import concurrent.futures
import hashlib
import json
import sys
import threading
import time

seconds = float(sys.argv[1])


def burn():
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        sum(range(500))


def burn_without_the_lock():
    """Hardly any sample finds it holding the interpreter's lock."""
    block = bytes(1 << 22)
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        hashlib.sha256(block)


class Named(threading.Thread):
    def run(self):
        burn()


def waits(release):
    release.wait()


def start_without_threading():
    done = _thread.allocate_lock()
    done.acquire()

    def run():
        burn()
        done.release()

    _thread.start_new_thread(run, ())
    done.acquire()


with_dictionary = threading.Thread(target=burn, name="with a dictionary")
vars(with_dictionary)["more"] = 1
threads = [threading.Thread(target=burn), threading.Thread(target=burn, name="loader of input files, number 3"),
           threading.Thread(target=burn, name="Löser \u03a9 \U0001d6d1"), Named(name="of a class"), with_dictionary,
           threading.Thread(target=burn_without_the_lock, name="digests")]
release = threading.Event()
waiting = threading.Thread(target=waits, args=(release,), name="waits for all")
waiting.start()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
release.set()
waiting.join()
with concurrent.futures.ThreadPoolExecutor(1, "worker of the pool") as pool:
    pool.submit(burn).result()
start_without_threading()
print(json.dumps({"ran": [thread.name for thread in threads] + ["worker of the pool_0"], "waited": waiting.name}))
