"""SIZE threads, AT_ONCE of them at a time; each counts a little."""
import sys
import threading

size, at_once = int(sys.argv[1]), int(sys.argv[2])
gate = threading.Semaphore(at_once)


def count(rounds):
    sum(each * each for each in range(rounds))
    gate.release()


threading.stack_size(256 * 1024)
for _ in range(size):
    gate.acquire()
    threading.Thread(target=count, args=(40_000 if size == at_once else 2_000,)).start()
