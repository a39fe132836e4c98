"""Code that a compiler makes while the program runs: named as its author did, without any setting."""

import re
import signal
import textwrap

import check
import pytest
import runs

# Most of the time goes into `inner`, which `outer` calls for each number; neither is inlined.
program = textwrap.dedent("""
    import sys
    from numba import njit

    @njit(debug=DEBUG)
    def inner(x):
        y = x
        for _ in range(60):
            y = 0.5 * (y + x / y)  # hot
        return y

    @njit(debug=DEBUG)
    def outer(n):
        total = 0.0
        for i in range(1, n):
            total += inner(float(i))
        return total

    print(outer(10))
    print(outer(9_000_000))
    END
""")


def record(tmp_path, debug="False", end="", **how):
    runs.require_modules("numba")
    script = tmp_path / "compiled.py"
    script.write_text(program.replace("DEBUG", debug).replace("END", end))
    return runs.record([runs.python3, script], tmp_path, **how)


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
    assert "outer" in found
    assert "[jit code]" not in found
    assert "jit_code_full" not in report["quality"]["lost"]


def test_lines_where_the_compiler_tells_them(tmp_path):
    report = record(tmp_path, debug="True").report()
    lines = [line for line in report["lines"] if line["domain"] == "jit"]
    hottest = max(lines, key=lambda line: line["self"]["samples"])
    hot = 1 + program.splitlines().index(next(text for text in program.splitlines() if "# hot" in text))
    assert (hottest["file"].split("/")[-1], hottest["line"]) == ("compiled.py", hot)


def test_names_survive_a_kill(tmp_path):
    recorded = record(tmp_path, end="import os; os.kill(os.getpid(), 9)")
    assert recorded.process.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    assert jit_functions(recorded.report())["inner"] > 100


@pytest.mark.parametrize("engine", ["tgkill"])
def test_names_with_another_engine(engine, tmp_path):
    assert jit_functions(record(tmp_path, options=["--engine", engine]).report())["inner"] > 100


def test_a_child_names_what_it_inherited(tmp_path):
    end = "import os; os.waitpid(os.fork() or (print(outer(9_000_000), flush=True), os._exit(0)), 0)"
    recorded = record(tmp_path, end=end)
    report = recorded.report()
    assert len(report["processes"]) == 2
    found = jit_functions(report)
    assert "[jit code]" not in found
    assert found["inner"] > 200
