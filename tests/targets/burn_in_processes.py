"""Two children of multiprocessing are busy: `burn_in_processes.py START_METHOD SECONDS`, of CPU time each."""

import multiprocessing
import sys

from burn import burn


def work_of_child(seconds):
    burn(seconds)


if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    children = [context.Process(target=work_of_child, args=(float(sys.argv[2]),)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print("children ended with", [child.exitcode for child in children])
