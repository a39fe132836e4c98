"""Code that a compiler makes while the program runs: named as its author did, without any setting."""

import pathlib
import re
import signal
import textwrap

import check
import pytest
import runs

# Most of the time goes into `inner`, which `outer` calls for each number; it is too long to be inlined.
horner = "0.5" + "".join(f" + x * (0.{digit}" for digit in range(1, 10)) * 8 + " + x" + ")" * 72
program = textwrap.dedent("""
    import sys
    import time
    from numba import njit

    @njit(debug=DEBUG)
    def inner(x):
        return HORNER  # hot

    @njit(debug=DEBUG)
    def outer(n):
        total = 0.0
        for i in range(1, n):
            total += inner(1.0 / i)
        return total

    def work(seconds):
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            outer(20_000)

    print(outer(10))
    work(2)
    END
""").replace("HORNER", horner)


def record(tmp_path, source=program, debug="False", end="", **how):
    runs.require_modules("numba")
    script = tmp_path / "compiled.py"
    script.write_text(source.replace("DEBUG", debug).replace("END", end))
    recorded = runs.record([runs.python3, script], tmp_path, **how)
    recorded.source = script.read_text().splitlines()
    return recorded


def jit_functions(report):
    """Exclusive samples by the name that the author gave."""
    found = {}
    for function in report["functions"]:
        if function["domain"] == "jit":
            name = re.split(r"\\.|::", function["name"])[-1]
            found[name] = found.get(name, 0) + function["self"]["samples"]
    return found


def test_numba_functions_have_names(tmp_path):
    recorded = record(tmp_path)
    report = recorded.report()
    assert check.check_totals(report) == []
    found = jit_functions(report)
    assert found["inner"] > 0.8 * sum(found.values()) > 100
    (outer,) = [f for f in report["functions"] if f["domain"] == "jit" and f["name"].endswith("outer")]
    assert outer["total"]["samples"] > 0.95 * sum(found.values())  # it called `inner`
    assert "[jit code]" not in found
    (line,) = [number for number, text in enumerate(recorded.source, 1) if text.startswith("def outer")]
    assert (outer["file"].split("/")[-1], outer["line"]) == ("compiled.py", line)
    assert "jit_code_full" not in report["quality"]["lost"]


def test_compile_time_is_told_apart(tmp_path):
    """Against the program's own clock, in the line whose call made Numba compile."""
    timed = "start = time.thread_time()\nprint(outer(10))\nprint('compiled', time.thread_time() - start)"
    recorded = record(tmp_path, program.replace("print(outer(10))", timed))
    (taken,) = [float(line.split()[1]) for line in recorded.process.stdout.splitlines() if "compiled" in line]
    compiling = recorded.report()["compiling"][0]  # the decorators take a little, too
    assert compiling["file"].endswith("compiled.py")
    assert compiling["line"] == recorded.source.index("print(outer(10))") + 1
    samples = compiling["total"]["samples"]
    period = compiling["total"]["cpu"] / samples / 1e9
    assert abs(samples * period - taken) < 6 * period * samples ** 0.5


def test_lines_where_the_compiler_tells_them(tmp_path):
    recorded = record(tmp_path, debug="True")
    report = recorded.report()
    lines = [line for line in report["lines"] if line["domain"] == "jit"]
    hottest = max(lines, key=lambda line: line["self"]["samples"])
    (hot,) = [number for number, text in enumerate(recorded.source, 1) if "# hot" in text]
    assert (hottest["file"].split("/")[-1], hottest["line"]) == ("compiled.py", hot)


def test_names_survive_a_kill(tmp_path):
    recorded = record(tmp_path, end="import os; os.kill(os.getpid(), 9)")
    assert recorded.process.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    assert jit_functions(recorded.report())["inner"] > 100


@pytest.mark.parametrize("engine", ["tgkill"])
def test_names_with_another_engine(engine, tmp_path):
    assert jit_functions(record(tmp_path, options=["--engine", engine]).report())["inner"] > 100


def test_a_child_names_what_it_inherited(tmp_path):
    end = "import os; os.waitpid(os.fork() or (work(2), os._exit(0)), 0)"
    recorded = record(tmp_path, end=end)
    report = recorded.report()
    assert len(report["processes"]) == 2
    found = jit_functions(report)
    assert "[jit code]" not in found
    assert found["inner"] > 200


def test_a_perf_map_names_what_nothing_else_does(tmp_path):
    """Machine code that the program writes by itself: an endless loop with a counter, and a line in the map."""
    script = tmp_path / "writes_code.py"
    script.write_text(textwrap.dedent("""
        import ctypes, mmap, os
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(bytes.fromhex("4889f8" "48ffc8" "75fb" "c3"))  # mov rax, rdi; dec rax; jnz; ret
        address = ctypes.addressof(ctypes.c_char.from_buffer(code))
        with open(f"/tmp/perf-{os.getpid()}.map", "w") as map:
            map.write(f"{address:x} 9 count down\\n")
        print(os.getpid())
        ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_uint64)(address)(6_000_000_000)
    """))
    recorded = runs.record([runs.python3, script], tmp_path)
    pathlib.Path(f"/tmp/perf-{int(recorded.process.stdout)}.map").unlink()
    (function,) = [f for f in recorded.report()["functions"] if f["domain"] == "jit"]
    assert function["name"] == "count down"
    assert function["self"]["samples"] > 100


def test_a_jitdump_names_functions_and_lines(tmp_path):
    """A program that compiles by itself: its second line takes three quarters of a function's time."""
    recorded = runs.record([runs.build / "tests/targets/jit_dump"], tmp_path)
    report = recorded.report()
    found = jit_functions(report)
    assert set(found) == {"count both", "count one"}
    assert found["count both"] > 100
    lines = {line["line"]: line["self"]["samples"] for line in report["lines"] if line["domain"] == "jit"
             and line["file"] == "/src/made_at_run_time.lang"}
    samples = sum(lines.values())
    assert samples == found["count both"]
    assert abs(lines[20] / samples - 0.75) < check.tolerance(0.75, samples)
    assert any("replaced at 1 of the sampled places" in note or "replaced at 2 of" in note
               for note in report["run"]["notes"]), report["run"]["notes"]


@pytest.mark.parametrize("version", ["3.13", "3.14", "3.15"])
def test_trampolines_of_a_jitdump_are_hidden(version, tmp_path):
    """CPython with -X perf_jit tells of a trampoline for each function; the function itself has a frame."""
    interpreter = runs.interpreters().get(version)
    if interpreter is None:
        pytest.skip(f"no CPython {version} on this machine")
    script = tmp_path / "calls.py"
    script.write_text(textwrap.dedent("""
        import os
        import time

        def inner(n):
            return sum(i * i for i in range(n))

        def outer():
            while time.thread_time() < 1.5:
                inner(100_000)

        outer()
        print(os.getpid())
    """))
    recorded = runs.record([interpreter.path, "-X", "perf_jit", script], tmp_path)
    dump = pathlib.Path(f"/tmp/jit-{int(recorded.process.stdout)}.dump")
    if not dump.exists():
        pytest.skip(f"no CPython {version} on this machine with perf trampolines")
    report = recorded.report()
    dump.unlink()
    assert jit_functions(report) == {}
    (inner,) = [f for f in report["functions"] if f["name"] == "inner"]
    assert inner["total"]["samples"] > 100
    stacks = runs.ask("export", recorded.profile, "--format", "collapsed", "--machinery", "-o", "-").stdout
    assert re.search(r"py::outer:\S+calls.py", stacks)
    assert "[jit code]" not in stacks
    hidden = runs.ask("export", recorded.profile, "--format", "collapsed", "-o", "-").stdout
    assert "py::" not in hidden
