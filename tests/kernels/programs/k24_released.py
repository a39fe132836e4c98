"""K24: two named threads in native code of the standard library that releases the interpreter's lock."""

import hashlib
import threading
import zlib

from truth import Truth

truth = Truth("K24")
block = bytes(range(256)) * 16384  # 4 MiB


def digest():
    hashlib.sha256(block).digest()


def compress():
    zlib.compress(block, 1)


def work(name, function):
    for _ in truth.rounds():
        with truth.phase(name, symbol=function.__name__, place=(__file__, 0, 0, None)):
            function()


threads = [threading.Thread(target=work, args=each, name=each[0]) for each in [("first", digest), ("second", compress)]]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("K24 done")
