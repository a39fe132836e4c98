"""K49: many short processes, and a chain of programs each started by the one before. Prints the CPU time of all, as the
operating system counted it for this process and its children."""

import os
import resource
import subprocess
import sys

seconds = float(os.environ.get("PYPROF_KERNEL_SECONDS", "1"))


def spin(count):
    total = 0
    for i in range(count):
        total += i & 7
    return total


def used():
    return sum(usage.ru_utime + usage.ru_stime
               for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def short_process():
    """About 5 ms of work in a child that leaves without looking back."""
    child = os.fork()
    if child == 0:
        spin(100_000)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def chain(links):
    spin(2_000_000)
    if links:
        subprocess.run([sys.executable, __file__, str(links - 1)], check=True)


if len(sys.argv) > 1:
    chain(int(sys.argv[1]))
else:
    chain(3)
    end = used() + seconds
    while used() < end:
        short_process()
    print("K49 done", used())
