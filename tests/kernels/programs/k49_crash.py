"""K49: a program that dies of itself in the middle of its work, after half a second of CPU time in `spin`. The argument
is how: `segment`, `abort`, `overflow` of the stack, or `thread`: a fault in another one while this works."""

import ctypes
import faulthandler
import os
import resource
import sys
import threading
import time


def spin(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(i & 7 for i in range(1000))


def in_a_thread():
    threading.Timer(0.1, ctypes.string_at, (0,)).start()
    spin(60)


ways = {"segment": lambda: ctypes.string_at(0), "abort": os.abort, "overflow": faulthandler._stack_overflow,
        "thread": in_a_thread}
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
spin(0.5)
ways[sys.argv[1]]()
