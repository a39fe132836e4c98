"""Files of cProfile and profile as every interpreter here writes them, against marshal.load of the same interpreter."""

import pathlib
import subprocess

import pytest
import runs

program = """
import json, math
def fibonacci(n): return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
def ünïcode(numbers): return sorted(numbers, key=lambda x: -x)
def numbers(n):
    for i in range(n): yield math.sqrt(i)
print(fibonacci(12), ünïcode([3, 1, 2]), sum(numbers(40)), json.dumps({"a": [1, 2]}))
eval(compile("def f(): return len('x')\\nf()", "a\\udcff'b", "exec"))
"""

# The same lines as print_cprofile's.
reader = """
import marshal, sys
def line(kind, key, calls):
    text = "\\t".join([kind, key[0], str(key[1]), key[2], str(calls[0]), str(calls[1])] + ["%.17g" % t for t in calls[2:4]])
    sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass") + b"\\n")
for key, value in marshal.load(open(sys.argv[1], "rb")).items():
    if value[1] == 0: continue
    line("function", key, value)
    for caller, calls in value[4].items():
        line("caller", caller, (calls, calls, 0.0, 0.0) if isinstance(calls, int) else (calls[1], calls[0]) + calls[2:])
"""


def by_function(lines):
    """Function's line -> the set of its callers' lines."""
    blocks = [block.splitlines() for block in lines.split(b"function\t")[1:]]
    return {function: set(callers) for function, *callers in blocks}


# The module profile names the program itself, which must be no code object.
ways = {"cProfile": ["-m", "cProfile", "-o", "calls.prof", "program.py"],
        "profile": ["-c", "import profile; profile.run('import program', 'calls.prof')"]}


@pytest.mark.parametrize("tracer", ways)
@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_every_interpreter_is_read(interpreter, tracer, tmp_path):
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    subprocess.run([interpreter, "-W", "ignore", *ways[tracer]], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL,
                   timeout=60)
    file = tmp_path / "calls.prof"
    known = subprocess.run([interpreter, "-c", reader, file], check=True, capture_output=True, timeout=60).stdout
    found = subprocess.run([runs.build / "tests/print_cprofile", file], capture_output=True, timeout=60)
    assert found.returncode == 0, found.stderr
    assert b"fibonacci" in known and "ünïcode".encode() in known
    assert by_function(found.stdout) == by_function(known)


def test_corpus_has_a_file_of_every_interpreter_that_was_at_hand():
    corpus = pathlib.Path(runs.top / "tests/fuzz/corpus/cprofile")
    assert {path.name for path in corpus.iterdir()} >= {f"cpython-{version}" for version in ("3.6", *runs.python_versions)}
