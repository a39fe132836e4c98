"""The lines of every code unit of the standard library, as each interpreter itself gives them."""
import os
import pathlib
import subprocess

import pytest

import runs

BUILD = pathlib.Path(os.environ.get("PYPROF_BUILD", "build/dev"))
LINE_TABLES = pathlib.Path(__file__).parents[2] / "support" / "line_tables.py"


@pytest.mark.skipif("PYPROF_FULL" not in os.environ, reason="takes minutes; PYPROF_FULL=1 runs it")
@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_lines_are_those_of_the_interpreter(interpreter):
    cases = subprocess.run([interpreter, "-W", "ignore", LINE_TABLES, "stdlib"], capture_output=True, check=True).stdout
    verdict = subprocess.run([BUILD / "tests" / "check_line_tables"], input=cases, capture_output=True)
    assert verdict.returncode == 0, verdict.stdout.decode()[-2000:]
