"""K25: processes of multiprocessing, by each way of giving them work: a Pool, a Pipe, a Queue with shared memory under a
lock, a Manager. The first argument is the start method. Children measure their work and send that with the result."""

import contextlib
import multiprocessing
import os
import sys

from truth import Truth, measured_call, seconds_wanted

truth = Truth("K25")
last_words = 3


def squares(count):
    return sum([i * i & 7 for i in range(count)])


def in_pool(count):
    return measured_call(squares, count)


def spin(count):
    total = 0
    for i in range(count):
        total += i & 7
    return total


def at_pipe(pipe):
    for count in iter(pipe.recv, 0):
        pipe.send(measured_call(spin, count))
    os._exit(last_words)


def joined(count):
    return len("".join([str(i) for i in range(count)]))


def at_queue(place, total, lengths, lock, jobs, answers):
    for count in iter(jobs.get, 0):
        value, used = measured_call(joined, count)
        with lock:
            total.value += value
            lengths[place] += value
        answers.put(used)


def cubes(count):
    return len({i * i * i & 1023 for i in range(count)})


def at_proxies(jobs, results):
    for count in iter(jobs.get, 0):
        results.append(measured_call(cubes, count)[1])
        jobs.task_done()


@contextlib.contextmanager
def pool_of(context):
    with context.Pool(2) as pool:
        yield lambda count: [used for _, used in pool.map(in_pool, [count] * 2)]


@contextlib.contextmanager
def pipe_of(context):
    here, there = context.Pipe()
    child = context.Process(target=at_pipe, args=(there,))
    child.start()

    def ask(count):
        here.send(count)
        return [here.recv()[1]]

    yield ask
    here.send(0)
    child.join()
    assert child.exitcode == last_words


@contextlib.contextmanager
def queue_of(context):
    total, lengths, lock = context.Value("q", 0), context.Array("q", 2), context.Lock()
    jobs, answers = context.Queue(), context.Queue()
    children = [context.Process(target=at_queue, args=(place, total, lengths, lock, jobs, answers)) for place in range(2)]
    for child in children:
        child.start()

    def ask(count):
        for _ in children:
            jobs.put(count)
        return [answers.get() for _ in children]

    yield ask
    for _ in children:
        jobs.put(0)
    for child in children:
        child.join()
    assert total.value == sum(lengths) > 0


@contextlib.contextmanager
def proxies_of(context):
    with context.Manager() as shared:
        jobs, results = shared.JoinableQueue(), shared.list()
        child = context.Process(target=at_proxies, args=(jobs, results))
        child.start()

        def ask(count):
            jobs.put(count)
            jobs.join()
            return [results.pop()]

        yield ask
        jobs.put(0)
        child.join()


def main():
    context = multiprocessing.get_context(sys.argv[1])
    used = 0
    with pool_of(context) as pool, pipe_of(context) as pipe, queue_of(context) as queue, proxies_of(context) as proxies:
        ways = [("squares", squares, pool, 200_000), ("spin", spin, pipe, 600_000), ("joined", joined, queue, 100_000),
                ("cubes", cubes, proxies, 500_000)]
        while used < seconds_wanted() * 1e9:
            for name, function, ask, count in ways:
                for taken in ask(count):
                    truth.add(name, function.__code__, taken)
                    truth.add("whole", measured_call.__code__, taken)
                    used += taken
    print("K25 done")


if __name__ == "__main__":
    main()
