"""K23: two named threads that compute in Python and share the interpreter's lock."""

import threading

from truth import Truth

truth = Truth("K23")


def spin_first(count):
    total = 0
    for i in range(count):
        total += i & 7
    return total


def spin_second(count):
    return sum(i * i & 7 for i in range(count))


def work(name, spin):
    for _ in truth.rounds():
        with truth.phase(name, symbol=spin.__name__, place=(__file__, 0, 0, None)):
            spin(100_000)
        if name == "second":
            with truth.phase("only in second"):
                sorted(range(50_000, 0, -1), key=lambda number: -number)


threads = [threading.Thread(target=work, args=each, name=each[0])
           for each in [("first", spin_first), ("second", spin_second)]]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("K23 done")
