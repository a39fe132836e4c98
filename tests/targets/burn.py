"""Uses CPU time in functions with known names: `burn.py SECONDS [WORD]` prints the word when it is done."""

import sys
import time


def inner(count):
    total = 0
    for i in range(count):
        total += i & 7
    return total


def burn(seconds):
    """Keeps the calling thread busy for so much of its own CPU time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        inner(20_000)


if __name__ == "__main__":
    burn(float(sys.argv[1]))
    print(sys.argv[2] if len(sys.argv) > 2 else "done")
