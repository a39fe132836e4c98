"""Burns, fills the disk that the named file lies on, then has threads and a child burn; prints what they used as JSON."""

import json
import os
import sys
import threading
import time

from burn import burn


def fill(path):
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(file, bytes(4096))
    except OSError:
        os.close(file)


def work(used):
    begin = time.monotonic()
    burn(0.3)
    used.append((time.thread_time(), time.monotonic() - begin))


def main():
    burn(0.5)
    fill(sys.argv[1])
    used = []
    threads = [threading.Thread(target=work, args=(used,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    child = os.fork()
    if child == 0:
        burn(0.5)
        os._exit(0)
    _, _, usage = os.wait4(child, 0)
    print(json.dumps({"threads": sum(cpu for cpu, _ in used), "threads_wall": sum(wall for _, wall in used),
                      "child": usage.ru_utime + usage.ru_stime}))


main()
