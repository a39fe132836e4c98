"""What a program did, measured by itself: one JSON line per phase, appended to the file $PYPROF_TRUTH at exit.

    truth = Truth("K01")
    for _ in truth.rounds():
        with truth.phase("append"):
            fill(...)

A phase is the body of a `with` statement, or a function wrapped by `timed`. The phase `whole` is what the shares of the
others refer to; `rounds` measures it. Clocks are read at the borders only, so a phase should last 20 ms or more.
"""

import ast
import atexit
import dis
import functools
import json
import os
import sys
import threading
import time

_rank_variables = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID")


def _rank():
    for name in _rank_variables:
        if name in os.environ:
            return int(os.environ[name])
    return -1


@functools.lru_cache(maxsize=None)
def _bodies(file):
    """First line of each with or for statement of a source file -> first and last line of its body."""
    with open(file, encoding="utf-8") as source:
        tree = ast.parse(source.read())
    return {node.lineno: (node.body[0].lineno, node.body[-1].end_lineno)
            for node in ast.walk(tree) if isinstance(node, (ast.With, ast.For))}


def _name_of(code):
    return getattr(code, "co_qualname", code.co_name)


def lines_of(file, beginning):
    """The place of the compiled function that begins like this in a source file: up to the blank line behind it."""
    with open(file, encoding="utf-8") as source:
        lines = source.read().split("\n")
    first = next(i for i, line in enumerate(lines) if line.strip().startswith(beginning))
    end = next(i for i in range(first, len(lines)) if not lines[i].strip())
    return file, first + 1, end, None


def seconds_wanted():
    return float(os.environ.get("PYPROF_KERNEL_SECONDS", "1"))


def all_alone(go_on):
    return go_on


def measured_call(function, argument):
    """(the value of a call, the CPU time that it used): for tasks that work elsewhere; see Truth.add."""
    started = time.thread_time_ns()
    value = function(argument)
    return value, time.thread_time_ns() - started


class _Phase:
    """Sums what passes between entering and leaving; not reentrant."""

    def __init__(self, row, cpu_clock):
        self.row = row
        self.cpu_clock = cpu_clock

    def __enter__(self):
        self.wall = time.perf_counter_ns()
        self.cpu = self.cpu_clock()

    def __exit__(self, *_):
        self.row["cpu_ns"] += self.cpu_clock() - self.cpu
        self.row["wall_ns"] += time.perf_counter_ns() - self.wall
        self.row["calls"] += 1


class Truth:
    """The phases of one process. `cpu_clock` is time.process_time_ns where other threads work while this one waits."""

    def __init__(self, kernel, cpu_clock=time.thread_time_ns):
        self.kernel = kernel
        self.cpu_clock = cpu_clock
        self.rank = _rank()
        self.phases = {}
        self.lock = threading.Lock()
        self.written = False
        atexit.register(self.write)

    def phase(self, name, symbol=None, domain="python", place=None):
        """A with statement's body; `place` (file, first line, last line, function) says where it is, if not there."""
        key = name, threading.get_ident()
        if key not in self.phases:
            if place is None:
                caller = sys._getframe(1)
                file = caller.f_code.co_filename
                place = (file, *_bodies(file)[caller.f_lineno], _name_of(caller.f_code))
            with self.lock:
                self.phases[key] = _Phase(self._row(name, symbol, domain, place), self.cpu_clock)
        return self.phases[key]

    def timed(self, name, function, symbol=None, domain="python", file=None):
        """`function`, with its calls measured as a phase that is found by its symbol instead of by lines."""
        code = getattr(function, "__code__", None)
        place = (file or code.co_filename, code.co_firstlineno if code else 0, 0, None)
        symbol = symbol or function.__qualname__

        @functools.wraps(function)
        def measured(*arguments, **keywords):
            with self.phase(name, symbol, domain, place):
                return function(*arguments, **keywords)

        return measured

    def add(self, name, code, cpu_ns):
        """CPU time that a function used elsewhere: a worker measured it, and sent it with its result."""
        last = max(line for _, line in dis.findlinestarts(code) if line)
        place = code.co_filename, code.co_firstlineno, last, _name_of(code)
        with self.lock:
            phase = self.phases.setdefault((name, 0), _Phase(self._row(name, None, "python", place), self.cpu_clock))
            phase.row["cpu_ns"] += cpu_ns
            phase.row["calls"] += 1

    def rounds(self, agree=all_alone):
        """Yields until the CPU time of $PYPROF_KERNEL_SECONDS (default 1) is used up; all of it is the phase `whole`.

        `agree` is given whether this rank wants to go on, and returns what all ranks do."""
        caller = sys._getframe(1)
        file = caller.f_code.co_filename
        end = self.cpu_clock() + seconds_wanted() * 1e9
        round_number = 0
        whole = self.phase("whole", place=(file, *_bodies(file)[caller.f_lineno], _name_of(caller.f_code)))
        while agree(self.cpu_clock() < end):
            with whole:
                yield round_number
            round_number += 1

    def _row(self, name, symbol, domain, place):
        return {"kernel": self.kernel, "rank": self.rank, "pid": os.getpid(), "tid": threading.get_native_id(),
                "phase": name, "file": place[0], "line_first": place[1], "line_last": place[2], "function": place[3],
                "symbol": symbol, "domain": domain, "calls": 0, "wall_ns": 0, "cpu_ns": 0}

    def write(self):
        """Appends the rows; called at exit, and by a program that leaves without it."""
        path = os.environ.get("PYPROF_TRUTH")
        if path and not self.written:
            self.written = True
            lines = "".join(json.dumps(phase.row) + "\n" for phase in self.phases.values())
            with open(path, "a", encoding="utf-8") as file:
                file.write(lines)
