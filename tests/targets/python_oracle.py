"""Runs in each interpreter under test: compares the agent's merged stacks with sys._getframe, sample by sample.

Usage: python_oracle.py LIBRARY agent|libgcc exact|shifted|timers|interpreters|deep SAMPLES

Native frames come from the agent's walker or from libgcc's unwinder.

`exact` takes SAMPLES stacks at known places and prints how many were as they must be; `shifted` does the same with
every marker moved by one native frame; `timers` interrupts threads at arbitrary instructions and prints what was seen;
`interpreters` takes one stack in code of a second interpreter that runs on this thread; `deep` takes one below SAMPLES
calls of a function by itself. The answer is one JSON object.

A stack is as it must be if
- its Python frames are those of sys._getframe: file, qualified name, first line, line and code unit, in this order;
- they fall into activations exactly where C code called Python, which each workload knows (`from_c`);
- each activation is followed by the native frame of the evaluation loop, and no other native frame is in that loop.
"""

import ctypes
import dis
import functools
import hashlib
import itertools
import json
import re
import sys
import threading
import time
import types
import zlib

library_path, walker, mode, wanted = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
library = ctypes.PyDLL(library_path)
library.oracle_message.restype = ctypes.c_char_p
library.oracle_keys.restype = ctypes.POINTER(ctypes.c_uint64)
library.oracle_code.restype = ctypes.c_void_p
library.oracle_count.restype = ctypes.c_uint64
take_sample = library.oracle_sample

NATIVE, PYTHON, SPECIAL = 1, 2, 3
COMPLETE = 1

from_c = set()    # functions that only C code calls
from_any = set()  # functions that C code or the evaluation loop calls, as the interpreter's version likes


def called_from_c(function):
    from_c.add(function.__code__)
    return function


def called_from_any(function):
    from_any.add(function.__code__)
    return function


# What the library's records say.

class CodeRecord(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("record_kind", ctypes.c_uint32), ("id", ctypes.c_uint32),
                ("first_line", ctypes.c_int32), ("flags", ctypes.c_uint32), ("first_traceable", ctypes.c_uint32),
                ("file_bytes", ctypes.c_uint32), ("name_bytes", ctypes.c_uint32), ("qualname_bytes", ctypes.c_uint32),
                ("table_bytes", ctypes.c_uint32), ("file_kind", ctypes.c_uint8), ("name_kind", ctypes.c_uint8),
                ("qualname_kind", ctypes.c_uint8), ("table_kind", ctypes.c_uint8), ("truncated", ctypes.c_uint8),
                ("reserved", ctypes.c_uint8 * 3)]


encodings = {1: "latin-1", 2: "utf-16-le", 4: "utf-32-le"}


@functools.lru_cache(maxsize=None)
def recorded_code(code_id):
    """(file, name, qualified name, first line, flags, line table) of a code record."""
    address = library.oracle_code(code_id)
    assert address, f"no record for code {code_id}"
    record = CodeRecord.from_address(address)
    data = ctypes.string_at(address + ctypes.sizeof(CodeRecord), record.size - ctypes.sizeof(CodeRecord))
    texts, at = [], 0
    for size, kind in ((record.file_bytes, record.file_kind), (record.name_bytes, record.name_kind),
                       (record.qualname_bytes, record.qualname_kind)):
        texts.append(data[at:at + size].decode(encodings[kind]))
        at += size
    assert record.truncated == 0
    texts[2] = texts[2] or texts[1]
    return (*texts, record.first_line, record.flags, data[at:at + record.table_bytes])


@functools.lru_cache(maxsize=64)  # code objects must go, so that their addresses are used again
def lines_by_unit(code):
    if sys.version_info >= (3, 11):
        return [position[0] for position in code.co_positions()]
    units = len(code.co_code) // 2
    if sys.version_info >= (3, 10):
        return [line for start, end, line in code.co_lines() for _ in range(start, end, 2)]
    lines = dict(dis.findlinestarts(code))
    return list(itertools.accumulate((lines.get(2 * unit) for unit in range(units)), lambda old, new: new or old))


def name_of(code):
    """The qualified name where code objects have one, from 3.11 on."""
    return getattr(code, "co_qualname", code.co_name)


def as_recorded(code):
    table = code.co_linetable if sys.version_info >= (3, 10) else code.co_lnotab
    return (code.co_filename, code.co_name, name_of(code), code.co_firstlineno, code.co_flags, table)


# The comparison.

problems = []
is_learning = False
taken = matched = deepest = 0


@functools.lru_cache(maxsize=None)
def in_loop(key):
    return bool(library.oracle_in_loop(ctypes.c_uint64(key & (1 << 48) - 1), key >> 61 & 1))


def python_part(keys):
    """[(code id, unit, whether the key before, to the leaf, is native)] of a merged stack."""
    part, last = [], NATIVE
    for key in keys:
        kind = key >> 62
        if kind == PYTHON:
            unit = key & (1 << 36) - 1
            part.append((key >> 36 & 0xffffff, unit - (1 << 36) if unit >> 35 else unit, last != PYTHON))
        last = kind
    return part


# Whether each call of a Python function is one of the evaluation loop: always, once, and for `-X perf`.
every_call_begins = sys.version_info < (3, 11) or getattr(sys, "is_stack_trampoline_active", bool)()


def begins_activation(callee, what_was_seen):
    """Whether the caller of this code object must be in another activation than it."""
    if callee is None:  # the innermost
        return what_was_seen
    if sys.version_info >= (3, 11) and callee in from_any:
        return what_was_seen
    return every_call_begins or callee in from_c


def problem_of(keys, frame):
    """What is wrong with a merged stack whose innermost Python frame is `frame`; None if nothing."""
    if not library.oracle_is_exact():
        return "not exact"
    if library.oracle_result() != COMPLETE or not library.oracle_is_attached():
        return f"result {library.oracle_result()} attached {library.oracle_is_attached()}"
    for at, key in enumerate(keys):
        kind = key >> 62
        if kind == SPECIAL:
            return f"special {key & 0xff}"
        after_python = at > 0 and keys[at - 1] >> 62 == PYTHON
        if kind == NATIVE and in_loop(key) != after_python:
            return f"native frame {at} {'is not' if after_python else 'is'} the loop"
    innermost, callee = True, None
    for code_id, unit, starts_activation in python_part(keys):
        if frame is None:
            return "too many Python frames"
        code = frame.f_code
        if recorded_code(code_id) != as_recorded(code):
            return f"{recorded_code(code_id)[:4]} for {as_recorded(code)[:4]}"
        if not innermost and unit != frame.f_lasti // 2:
            return f"unit {unit} for {frame.f_lasti // 2} in {name_of(code)}"
        if lines_by_unit(code)[unit] != frame.f_lineno:
            return f"line {lines_by_unit(code)[unit]} for {frame.f_lineno} in {name_of(code)}"
        if starts_activation is not begins_activation(callee, starts_activation):
            return f"{name_of(callee)}: {'an' if starts_activation else 'no'} activation of its own"
        innermost, callee, frame = False, code, frame.f_back
    return None if frame is None else f"{name_of(frame.f_code)} is missing"


def check(frame):
    global taken, matched, deepest
    if is_learning:
        library.oracle_learn_loops()
        return
    count = library.oracle_key_count()
    keys = library.oracle_keys()[:count]
    problem = problem_of(keys, frame)
    taken += 1
    deepest = max(deepest, count)
    if problem is None:
        matched += 1
    elif len(problems) < 10:
        problems.append(problem)


def probe():
    take_sample(), check(sys._getframe())  # one line, so that the line of both is the same


# Workloads: C code that calls Python code that calls C code.

@called_from_c
def sort_key(value):
    probe()
    return -value


def sorting(depth):
    if depth:
        return sorted([depth], key=nested_sort)
    return sorted([3, 1, 2], key=sort_key)


@called_from_c
def nested_sort(depth):
    return sorting(depth - 1)


@called_from_c
def replacement(match):
    probe()
    return match.group().upper()


def substituting():
    return re.sub("[aeiou]", replacement, "interpreter")


def numbers(count):
    for number in range(count):
        probe()
        yield number


@called_from_c
def summed(count):
    for number in range(count):
        probe()
        yield number


@called_from_any
def inner(count):
    yield from numbers_any(count)


@called_from_any
def numbers_any(count):
    for number in range(count):
        probe()
        yield number


def generating():
    total = sum(summed(3))
    for number in inner(3):
        total += number
    return total


class Point:
    @called_from_any
    def __init__(self, x):
        self.x = x
        probe()

    @called_from_c
    def __lt__(self, other):
        probe()
        return self.x < other.x

    @called_from_any
    def __getattr__(self, name):
        probe()
        return name

    @called_from_c
    def __del__(self):
        probe()


def making_objects():
    return min(Point(1), Point(2)).missing


def raising(depth):
    try:
        if depth == 0:
            raise ValueError("bottom")
        raising(depth - 1)
    except ValueError:
        probe()
        if depth % 3:
            raise
    finally:
        probe()


@functools.lru_cache(maxsize=2)
@called_from_c
def cached(value):
    probe()
    return cached(value - 1) + 1 if value % 5 else value


@called_from_c
def reducing(left, right):
    probe()
    return left + right


def recursing(depth):
    if depth == 0:
        probe()
        return
    recursing(depth - 1)


@called_from_c
def mapped(value):
    recursing(value)
    return value


def comprehending():
    return list(map(mapped, [1, 5, 40]))


def executing():
    exec(executed, {"probe": probe})


executed = compile("def naïve_Ω_𝛑(x):\n    probe()\n    return x\n\nnaïve_Ω_𝛑(\n    (lambda:\n        probe())())\n", "ö.py", "exec")
from_c.add(executed)


@called_from_any
async def awaited(depth):
    probe()
    if depth:
        await awaited(depth - 1)
    probe()


@called_from_any
async def producing(count):
    for number in range(count):
        probe()
        yield number


@called_from_any
async def consuming():
    async for _ in producing(2):
        probe()


def driving(coroutine):
    try:
        coroutine.send(None)
    except StopIteration:
        probe()


@called_from_c
def refusing(value):
    probe()
    raise ValueError(value)


def failing_in_c():
    try:
        sorted([1, 2], key=refusing)
    except ValueError:
        probe()


def running_new_code(number):
    """Code objects that are gone after a call: nearly each lies where another one was."""
    source = f"def fresh_{number % 100}():\n" + "\n" * (number % 7) + "    probe()\n    probe()\n"
    function = compile(source, f"fresh_{number % 13}.py", "exec").co_consts[0]
    types.FunctionType(function, {"probe": probe})()


long_function = types.FunctionType(
    compile("def long():\n" + "    x = 1\n" * 40_000 + "    probe()\n", "long.py", "exec").co_consts[0], {"probe": probe})
assert len(as_recorded(long_function.__code__)[-1]) > 1 << 16


def multi_line():
    return functools.reduce(
        reducing,
        [1,
         2,
         3])


def round_of_workloads(number):
    sorting(number % 4)
    substituting()
    generating()
    making_objects()
    raising(number % 7)
    cached(number * 5 + 4)
    comprehending()
    executing()
    multi_line()
    driving(awaited(3))
    driving(consuming())
    failing_in_c()
    running_new_code(number)
    if number % 50 == 0:
        long_function()


def in_a_thread(work):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@called_from_any
def take_samples():
    number = 0
    target = taken + wanted // 2
    while taken < target:
        round_of_workloads(number)
        number += 1


# What C code calls in this file's own frames and in threading's.
from_c.add(threading.Thread._bootstrap.__code__)
if sys.version_info >= (3, 14):  # in the context of the thread that started it
    from_c.add(threading.Thread.run.__code__)
from_c.add(sys._getframe().f_code)


SAMPLES = 0  # of oracle_count
fewest_samples = 200  # of all threads: one that gets little of a core goes on for longer


def busy(until):
    library.oracle_start_timer(ctypes.c_long(200_000))
    block = bytes(range(256)) * 4096
    number = 0
    while time.monotonic() < until or library.oracle_count(SAMPLES) < fewest_samples:
        sorted(range(50), key=lambda value: -value)
        re.sub("[aeiou]", lambda match: match.group().upper(), "interpreter")
        sum(value * value for value in range(50))
        hashlib.sha256(block).digest()
        zlib.compress(block, 1)
        exec("x = [str(i) for i in range(20)]", {})
        try:
            int("no number")
        except ValueError:
            number += 1


def run_timers():
    threads = [threading.Thread(target=busy, args=(time.monotonic() + wanted / 5000,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    library.oracle_ignore_timers()
    names = ("samples", "no_python", "unreadable", "inexact", "attached_wrong", "owner_not_loop",
             "loop_without_marker", "has_python", "detached")
    return {name: library.oracle_count(at) for at, name in enumerate(names)}


def descending(depth):
    if depth:
        return descending(depth - 1)
    take_sample()
    return frames_from(sys._getframe())


def frames_from(frame):
    frames = []
    while frame is not None:
        frames.append((name_of(frame.f_code), frame.f_lasti // 2))
        frame = frame.f_back
    return frames


def take_deep_stack():
    sys.setrecursionlimit(wanted + 200)
    expected = descending(wanted)
    keys = library.oracle_keys()[:library.oracle_key_count()]
    return {"expected": expected, "found": [(recorded_code(code)[2], unit) for code, unit, _ in python_part(keys)],
            "specials": [key & 0xff for key in keys if key >> 62 == SPECIAL]}


def create_interpreter():
    """(id, how to run a text in it) of an interpreter that may load ctypes."""
    if sys.version_info >= (3, 13):
        import _interpreters
        return _interpreters.create("legacy"), _interpreters.run_string
    import _xxsubinterpreters
    options = {} if sys.version_info < (3, 9) else {"isolated": False}
    return _xxsubinterpreters.create(**options), _xxsubinterpreters.run_string


def take_in_two_interpreters():
    interpreter, run = create_interpreter()
    inside = f"def inside():\n    ctypes.PyDLL({library_path!r}).oracle_sample()\nimport ctypes\ninside()\n"
    run(interpreter, inside)
    frame, expected = sys._getframe(), ["inside", "<module>"]
    while frame is not None:
        expected.append(name_of(frame.f_code))
        frame = frame.f_back
    keys = library.oracle_keys()[:library.oracle_key_count()]
    own_activations = len(expected) if every_call_begins else 2
    return {"expected": expected, "expected_activations": own_activations, "names": [recorded_code(code)[2] for code, _, _ in python_part(keys)],
            "activations": sum(starts for _, _, starts in python_part(keys)), "exact": library.oracle_is_exact(),
            "result": library.oracle_result()}


if library.oracle_start(walker == "libgcc") != 0:
    sys.exit(library.oracle_message().decode())
is_learning = True
for number in range(8):
    round_of_workloads(number)
is_learning = False
answer = {"version": "%x" % library.oracle_version(), "loops": library.oracle_learn_loops(),
          "loop_is_as_named": library.oracle_loop_is_as_named()}
if mode == "timers":
    answer.update(run_timers())
elif mode == "deep":
    answer.update(take_deep_stack())
elif mode == "interpreters":
    answer.update(take_in_two_interpreters())
else:
    library.oracle_shift(int(mode == "shifted"))
    take_samples()
    in_a_thread(take_samples)
    answer.update(taken=taken, matched=matched, deepest=deepest, problems=problems)
print(json.dumps(answer))
