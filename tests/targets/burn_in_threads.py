"""Three threads and the main one are busy in turn: `burn_in_threads.py SECONDS`, of CPU time each."""

import sys
import threading

from burn import burn


def work_of_thread(seconds):
    burn(seconds)


seconds = float(sys.argv[1])
threads = [threading.Thread(target=work_of_thread, args=(seconds,), name=f"worker-{i}") for i in range(3)]
for thread in threads:
    thread.start()
burn(seconds)
for thread in threads:
    thread.join()
print("threads done")
