"""Runs tests/end_to_end/walk_oracle_target.py and gives its counts: for the tests of the walker and their benchmark."""

import json
import subprocess

import pytest

import runs

target = runs.top / "tests/end_to_end/walk_oracle_target.py"


def take(interpreter, samples, work, probe="walk_probe", hertz=3000):
    one_thread = {name: str(value) for name, value in runs.main_thread_only().items()}
    run = subprocess.run([interpreter, target, runs.build / f"tests/{probe}.so", str(samples), str(hertz), work],
                         capture_output=True, text=True, timeout=600, env={**runs.environment_of_mpi(), **one_thread})
    assert run.returncode == 0, run.stdout + run.stderr
    print(run.stdout)
    return json.loads(run.stdout.splitlines()[-1])


def interpreter_with_numba():
    """A virtual environment in the build tree, made at the first use; skips the test where it cannot be had."""
    folder = runs.build / "tests/numba"
    interpreter = folder / "bin/python3"
    found = runs.interpreters()
    base = next((found[version].path for version in ("3.12", "3.11", "3.13") if version in found), None)
    if base is None:
        pytest.skip("no CPython that Numba is made for")
    if has_numba(interpreter):
        return interpreter
    for words in ([base, "-m", "venv", folder], [interpreter, "-m", "pip", "install", "--quiet", "numba"]):
        if subprocess.run(words, capture_output=True, timeout=400).returncode != 0:
            pytest.skip("Numba cannot be installed here")
    return interpreter


def has_numba(interpreter):
    return interpreter.exists() and subprocess.run([interpreter, "-c", "import numba"], capture_output=True).returncode == 0
