"""Uses what an engine could disturb, and prints what it saw: `engines.py MODE`. Every mode uses some CPU time."""

import os
import signal
import subprocess
import sys
import threading
import time
import warnings

from burn import burn


def three_to_one():
    """Two functions whose CPU time is as 3 to 1."""
    long(1.5)
    short(0.5)


def long(seconds):
    burn(seconds)


def short(seconds):
    burn(seconds)


def threads():
    workers = [threading.Thread(target=burn, args=(0.5,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def fork():
    """Child and parent go on; a fork in a process of one thread gives no warning."""
    warnings.simplefilter("error")
    for _ in range(3):
        burn(0.2)
        child = os.fork()
        if child == 0:
            burn(0.4)
            os._exit(7)
        burn(0.2)
        print("child ended with", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def share_a_core():
    """Three processes take turns on one core."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sys.stdout.flush()
    children = []
    for _ in range(3):
        children.append(os.fork())
        if children[-1] == 0:
            burn(0.5)
            os._exit(0)
    for child in children:
        os.waitpid(child, 0)


def replace():
    burn(0.7)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, __file__, "three_to_one"])


def start_programs():
    for _ in range(5):
        burn(0.2)
        print(subprocess.run(["/bin/echo", "hello"], capture_output=True, text=True).stdout.strip())
    burn(0.2)


def sigtrap():
    """The program's own SIGTRAP, handled and blocked."""
    seen = []
    signal.signal(signal.SIGTRAP, lambda *_: seen.append(1))
    for _ in range(50):
        os.kill(os.getpid(), signal.SIGTRAP)
        burn(0.01)
    print("SIGTRAP seen", len(seen))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTRAP})
    burn(0.5)
    os.kill(os.getpid(), signal.SIGTRAP)
    print("pending", signal.SIGTRAP in signal.sigpending())


def everything_blocked():
    signal.pthread_sigmask(signal.SIG_BLOCK, set(range(1, 65)) - {signal.SIGKILL, signal.SIGSTOP, 32, 33})
    threads()
    print("pending", signal.sigpending())


def small_stacks():
    threading.stack_size(32 << 10)
    workers = [threading.Thread(target=time.sleep, args=(0.01,)) for _ in range(20)]
    for worker in workers:
        worker.start()
    burn(0.5)
    for worker in workers:
        worker.join()
    print("small stacks")


modes = {function.__name__: function for function in (
    three_to_one, threads, fork, share_a_core, replace, start_programs, sigtrap, everything_blocked, small_stacks)}

if __name__ == "__main__":
    modes[sys.argv[1]]()
    print("done")
