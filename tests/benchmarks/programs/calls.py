"""Pure Python that does little but call: SIZE rounds of recursion, methods, generators and callbacks."""
import sys


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, amount):
        self.value += amount
        return self


def numbers(count):
    for each in range(count):
        yield each


for _ in range(int(sys.argv[1])):
    fib(18)
    counter = Counter()
    for each in numbers(3000):
        counter.add(each)
    sorted(range(2000), key=lambda each: -each)
