"""Virtual environments for packages that Debian does not have, made at their first use and kept in the cache folder
($PYPROF_TEST_ENVIRONMENTS, else ~/.cache/pyprof-tests/environments)."""

import os
import pathlib
import subprocess

import pytest

import runs

cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
folder = pathlib.Path(os.environ.get("PYPROF_TEST_ENVIRONMENTS", cache / "pyprof-tests/environments"))


def has(interpreter, modules):
    imports = "; ".join(f"import {module}" for module in modules)
    return interpreter.exists() and subprocess.run([interpreter, "-c", imports], capture_output=True).returncode == 0


def interpreter_with(*packages):
    """An interpreter of the system's version with packages whose modules have the same names; skips without them."""
    version = runs.all_interpreters()[0].version
    environment = folder / f"{'-'.join(packages)}-{version}"
    interpreter = environment / "bin/python3"
    if has(interpreter, packages):
        return interpreter
    for words in ([runs.python3, "-m", "venv", "--system-site-packages", environment],
                  [interpreter, "-m", "pip", "install", "--quiet", *packages]):
        if subprocess.run(words, capture_output=True, timeout=400).returncode != 0:
            pytest.skip(f"{' and '.join(packages)} cannot be installed here")
    return interpreter
