"""Threads whose stacks are all different and deep: `many_stacks.py SECONDS`, of CPU time each. Its recording is large."""

import random
import sys
import threading
import time


def left(depth, dice, end):
    step(depth, dice, end)


def right(depth, dice, end):
    step(depth, dice, end)


def step(depth, dice, end):
    if depth == 0:
        stop = time.thread_time() + 0.005
        while time.thread_time() < min(stop, end):
            sum(range(1000))
    else:
        (left if dice.random() < 0.5 else right)(depth - 1, dice, end)


def work(seed, seconds):
    dice = random.Random(seed)
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        step(100, dice, end)


threads = [threading.Thread(target=work, args=(seed, float(sys.argv[1]))) for seed in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("worked")
