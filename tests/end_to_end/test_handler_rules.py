"""No handler allocates, locks, or calls what libc does not allow there: ban_in_handler.so ends the process if one does."""

import re
import signal

import pytest
import runs

ban = runs.build / "tests/targets/ban_in_handler.so"

# New code objects, new libraries, deep stacks, exceptions, threads, generators and NumPy, all while samples are taken.
program = """
import os, threading, time
deadline = time.process_time() + 1.5
def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)
def numbers():
    for i in range(1000):
        yield i * i
def work():
    count = 0
    while time.process_time() < deadline:
        count += 1
        exec(f"def fresh_{count}(x):\\n    return [y for y in range(x)]\\nfresh_{count}(2000)", {})
        deep(count % 700), sum(numbers()), sorted(range(3000), key=lambda x: -x)
        try:
            deep(10**6)
        except RecursionError:
            pass
threads = [threading.Thread(target=work) for _ in range(3)]
for each in threads: each.start()
for _ in range(50): threading.Thread(target=sum, args=(range(20000),)).start()
try:
    import numpy, numpy.linalg, numpy.fft
    while time.process_time() < deadline:
        numpy.linalg.solve(numpy.random.rand(150, 150), numpy.ones(150))
except ImportError:
    pass
for each in threads: each.join()
print("done")
"""


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_handlers_call_nothing_forbidden(interpreter, tmp_path):
    recorded = runs.record([interpreter, "-c", program], tmp_path, options=["--rate", "1000"], LD_PRELOAD=ban)
    assert recorded.process.returncode == 0, recorded.process.stderr
    assert recorded.process.stdout == "done\n"
    watched = re.search(r"handlers watched: (\d+)", recorded.process.stderr)
    assert watched and int(watched[1]) > 50, recorded.process.stderr
    assert recorded.report()["quality"]["samples"] > 50


def test_a_forbidden_call_is_noticed(tmp_path):
    result = runs.record([runs.python3, "-c", program], tmp_path, LD_PRELOAD=ban, BAN_CHECK=1).process
    assert result.returncode == 128 + signal.SIGABRT or result.returncode == -signal.SIGABRT
    assert "called in a handler: malloc" in result.stderr
