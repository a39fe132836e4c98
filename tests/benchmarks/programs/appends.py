"""A list is filled by append, SIZE times over: a built-in function is called for each number, and no Python function."""
import sys


def fill(count):
    numbers = []
    for each in range(count):
        numbers.append(each)
    return numbers


for _ in range(int(sys.argv[1])):
    fill(200_000)
