"""What may go wrong beside a profiler, in a quarter of a second each: `soak_target.py MODE`. Prints what it saw."""

import ctypes
import faulthandler
import os
import pathlib
import signal
import sys
import threading
import time

from burn import burn

own = str(pathlib.Path(__file__).resolve())


def signals():
    seen = []
    signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    burn(0.2)
    signal.setitimer(signal.ITIMER_REAL, 0)
    print("alarms", len(seen) > 10)


def numbers(depth):
    yield depth
    if depth:
        yield from numbers(depth - 1)
        yield from numbers(depth - 1)


def generators():
    print(sum(sum(numbers(12)) for _ in range(20)))


def descend(depth):
    if depth == 0:
        raise ValueError("bottom")
    try:
        descend(depth - 1)
    finally:
        burn(0)


def exceptions():
    caught = 0
    for _ in range(1500):
        try:
            descend(40)
        except ValueError:
            caught += 1
    print("caught", caught)


def threads():
    for _ in range(30):
        some = [threading.Thread(target=burn, args=(0.003,)) for _ in range(3)]
        for thread in some:
            thread.start()
        for thread in some:
            thread.join()
    print("joined")


def fork():
    children = []
    for number in range(5):
        child = os.fork()
        if child == 0:
            burn(0.03)
            os._exit(number)
        children.append(child)
        burn(0.01)
    print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])


def exec_again():
    burn(0.1)
    os.execv(sys.executable, [sys.executable, own, "after_exec"])


def after_exec():
    burn(0.1)
    print("another program")


def dlopen_storm():
    folder = pathlib.Path(os.environ["PYPROF_TEST_PLUGINS"])
    libc = ctypes.CDLL(None)
    libc.dlopen.restype = libc.dlsym.restype = ctypes.c_void_p
    libc.dlopen.argtypes, libc.dlsym.argtypes = [ctypes.c_char_p, ctypes.c_int], [ctypes.c_void_p, ctypes.c_char_p]
    libc.dlclose.argtypes = [ctypes.c_void_p]
    worker = threading.Thread(target=burn, args=(0.1,))
    worker.start()
    for round_ in range(300):
        for name in (b"plugin", b"other"):
            handle = libc.dlopen(bytes(folder / f"liblife_{name.decode()}.so"), 2)
            work = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(libc.dlsym(handle, name + b"_work"))
            work(0.0005 if round_ % 4 == 0 else 0)
            libc.dlclose(handle)
    worker.join()
    print("storm over")


def os_exit():
    burn(0.2)
    print("leaving", flush=True)
    os._exit(7)


def spin():
    """On one line, so that faulthandler writes the same whenever it looks."""
    while True: pass


def crash():
    faulthandler.enable()
    threading.Thread(target=spin, daemon=True).start()
    burn(0.2)
    print("crashing", flush=True)
    ctypes.string_at(0)


def plain():
    burn(0.25)
    print("done")


def ranks(how):
    from mpi4py import MPI
    rank = MPI.COMM_WORLD.Get_rank()
    burn(0.15)
    MPI.COMM_WORLD.Barrier()
    if rank == 1 and how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if rank == 1 and how == "abort":
        MPI.COMM_WORLD.Abort(9)
    if rank == 1 and how == "hang":
        time.sleep(600)
    MPI.COMM_WORLD.Barrier()
    if rank == 1 and how == "raise":
        raise RuntimeError("rank 1")
    if rank == 1 and how == "exit":
        sys.exit(5)


modes = {function.__name__: function for function in (
    signals, generators, exceptions, threads, fork, exec_again, after_exec, dlopen_storm, os_exit, crash, plain)}
modes |= {f"mpi_{how}": lambda how=how: ranks(how) for how in ("end", "kill", "abort", "raise", "exit", "hang")}

if __name__ == "__main__":
    modes[sys.argv[1]]()
