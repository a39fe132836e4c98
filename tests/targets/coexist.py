"""Uses what a profiler could disturb, and prints what it saw: `coexist.py MODE`. Every mode uses some CPU time."""

import ctypes
import faulthandler
import os
import resource
import select
import signal
import sys
import threading

from burn import burn

every_signal = set(range(1, 65)) - {signal.SIGKILL, signal.SIGSTOP, 32, 33}  # 32 and 33 are glibc's own


def interval_timer(number, which):
    seen = []
    signal.signal(number, lambda *_: seen.append(1))
    signal.setitimer(which, 0.02, 0.02)
    burn(1.2)
    signal.setitimer(which, 0)
    print("timer fired often:", len(seen) > 20)


def sigwait():
    """A program that blocks everything and waits for signals must be given its own only."""
    signal.pthread_sigmask(signal.SIG_BLOCK, every_signal)
    worker = threading.Thread(target=burn, args=(0.6,))
    worker.start()
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGUSR1)).start()
    print("waited for", signal.sigtimedwait(every_signal, 5).si_signo)
    burn(0.6)
    worker.join()
    print("pending", signal.sigpending())


def signalfd():
    signal.pthread_sigmask(signal.SIG_BLOCK, every_signal)
    libc = ctypes.CDLL(None)
    mask = (ctypes.c_ulong * 16)()
    libc.sigfillset(mask)
    nonblocking = 0o4000
    descriptor = libc.signalfd(-1, mask, nonblocking)
    burn(1.2)
    os.kill(os.getpid(), signal.SIGUSR2)
    select.select([descriptor], [], [], 5)
    while True:
        try:
            print("read", int.from_bytes(os.read(descriptor, 128)[:4], sys.byteorder))
        except BlockingIOError:
            return


def traceback_by_timer():
    read, write = os.pipe()
    faulthandler.enable()
    faulthandler.dump_traceback_later(0.2, file=write)
    burn(1.2)
    faulthandler.cancel_dump_traceback_later()
    print("traceback names burn:", b"in burn" in os.read(read, 65536))


def crash():
    faulthandler.enable(file=open(os.devnull, "w"))
    burn(1.2)
    print("crashing", flush=True)
    ctypes.string_at(0)


def sleeping_thread():
    """Nothing interrupts a blocking call."""
    worker = threading.Thread(target=burn, args=(1.2,))
    worker.start()
    libc = ctypes.CDLL(None, use_errno=True)
    print("usleep", libc.usleep(600_000), ctypes.get_errno())
    worker.join()


def wakeup_descriptor():
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write)
    signal.signal(signal.SIGUSR1, lambda *_: None)
    burn(1.2)
    os.kill(os.getpid(), signal.SIGUSR1)
    print("woken by", os.read(read, 100))


def descriptors_and_tasks():
    burn(1.2)
    print(sorted(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task")), threading.active_count())


def close_everything():
    os.closerange(3, 65536)
    burn(1.2)
    print("closed")


def no_more_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    burn(1.2)
    print("no descriptors")


def no_growing_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    burn(1.2)
    print("no file grows")


def little_address_space():
    resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))
    burn(1.2)
    try:
        bytearray(1 << 30)
    except MemoryError:
        print("out of memory")


def small_signal_queue():
    resource.setrlimit(resource.RLIMIT_SIGPENDING, (1, 1))
    workers = [threading.Thread(target=burn, args=(0.4,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print("no queue")


def change_directory_away():
    os.chdir("/")
    burn(1.2)
    print(os.getcwd())


modes = {
    "sigprof": lambda: interval_timer(signal.SIGPROF, signal.ITIMER_PROF),
    "sigalrm": lambda: interval_timer(signal.SIGALRM, signal.ITIMER_REAL),
    "sigvtalrm": lambda: interval_timer(signal.SIGVTALRM, signal.ITIMER_VIRTUAL),
    **{function.__name__: function for function in (
        sigwait, signalfd, traceback_by_timer, crash, sleeping_thread, wakeup_descriptor, descriptors_and_tasks,
        close_everything, no_more_files, no_growing_files, little_address_space, small_signal_queue,
        change_directory_away)},
}

if __name__ == "__main__":
    modes[sys.argv[1]]()
