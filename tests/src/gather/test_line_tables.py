"""The lines of every code unit of the standard library, as each interpreter itself gives them."""
import os
import pathlib
import shutil
import subprocess

import pytest

BUILD = pathlib.Path(os.environ.get("PYPROF_BUILD", "build/dev"))
LINE_TABLES = pathlib.Path(__file__).parents[2] / "support" / "line_tables.py"


def interpreter(version):
    """The first interpreter that is this version: on the path, or where pyenv keeps its own."""
    root = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv"))
    candidates = [shutil.which("python" + version), *sorted(root.glob(f"versions/{version}.*/bin/python3"))]
    for candidate in filter(None, candidates):
        said = subprocess.run([candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                              capture_output=True, text=True)
        if said.stdout.strip() == version:
            return candidate
    pytest.skip(f"no Python {version} here")


@pytest.mark.skipif("PYPROF_FULL" not in os.environ, reason="takes minutes; PYPROF_FULL=1 runs it")
@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"])
def test_lines_are_those_of_the_interpreter(version):
    program = interpreter(version)
    cases = subprocess.run([program, "-W", "ignore", LINE_TABLES, "stdlib"], capture_output=True, check=True).stdout
    verdict = subprocess.run([BUILD / "tests" / "check_line_tables"], input=cases, capture_output=True)
    assert verdict.returncode == 0, verdict.stdout.decode()[-2000:]
