"""Runs pyprof as a person would, and reads what it wrote. Used by tests/end_to_end and tests/kernels.

The build under test is $PYPROF_BUILD, else build/dev.
"""

import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections import namedtuple

import pytest

import hung

top = pathlib.Path(__file__).resolve().parents[2]
build = pathlib.Path(os.environ.get("PYPROF_BUILD", top / "build/dev"))
pyprof = build / "bin/pyprof"
python3 = "/usr/bin/python3"

# The versions of CPython whose frames pyprof reads.
python_versions = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15")

Interpreter = namedtuple("Interpreter", "version path")


def _described(path):
    """The interpreter behind a path, or None: version and the executable's own path."""
    question = "import sys, platform; print(platform.python_implementation(), sys.version_info[:2], sys.executable)"
    try:
        answer = subprocess.run([path, "-c", question], capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.match(r"CPython \((\d+), (\d+)\) (.+)", answer)
    return Interpreter(f"{match[1]}.{match[2]}", match[3]) if match else None


def pyenv_interpreters():
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv"))
    return sorted(pyenv.glob("versions/3.*/bin/python3"))


def fetched_interpreters():
    """What tests/support/fetch_pythons.sh has unpacked."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    folder = pathlib.Path(os.environ.get("PYPROF_TEST_PYTHONS", cache / "pyprof-tests/pythons"))
    return sorted(path for path in folder.glob("*/usr/bin/python3.*") if path.suffix != ".elf")


def loader_of(interpreter):
    """The words before a program that is to use the libraries of a fetched interpreter; none for any other."""
    is_fetched = pathlib.Path(interpreter) in fetched_interpreters()
    return [str(pathlib.Path(interpreter).parents[2] / "run")] if is_fetched else []


@functools.lru_cache(maxsize=None)
def all_interpreters():
    """Every CPython there is: the system's, then those on PATH, under pyenv, and fetched ones."""
    folders = [pathlib.Path(folder) for folder in os.environ.get("PATH", "").split(":") if folder]
    candidates = [pathlib.Path(python3)]
    candidates += [path for folder in folders if ".pyenv" not in str(folder)
                   for path in (folder / f"python{version}" for version in python_versions) if path.exists()]
    candidates += pyenv_interpreters() + fetched_interpreters()
    distinct = {path.resolve(): path for path in reversed(candidates)}.values()
    described = [_described(str(path)) for path in candidates if path in distinct]
    return [each for each in described if each and each.version in python_versions]


def interpreters():
    """One CPython per version, the first of all_interpreters()."""
    found = {}
    for interpreter in all_interpreters():
        found.setdefault(interpreter.version, interpreter)
    return {version: found[version] for version in python_versions if version in found}


def each_interpreter(since=python_versions[0]):
    """Parameters for pytest: one interpreter per version from `since` on; an absent one is a skip that names itself."""
    found = interpreters()
    return [pytest.param(found[version].path, id=version) if version in found else
            pytest.param(None, id=version, marks=pytest.mark.skip(reason=f"no CPython {version} on this machine"))
            for version in python_versions[python_versions.index(since):]]


def mpirun(ranks):
    """The words that start a command on so many ranks; skips the test where MPI is missing."""
    if shutil.which("mpirun") is None:
        pytest.skip("no mpirun")
    require_modules("mpi4py")
    return ["mpirun", "-n", str(ranks), "--oversubscribe"]


def two_programs(ranks):
    """As mpirun, for commands of two programs; skips the test where mpirun itself fails at that."""
    launcher = mpirun(ranks)
    true = [*launcher, "true", ":", "-n", "1", "true"]
    if subprocess.run(true, env=environment_of_mpi(), capture_output=True, timeout=60).returncode != 0:
        pytest.skip("this mpirun cannot start two programs, with or without pyprof")  # Debian 13's Open MPI crashes
    return launcher


def environment_of_mpi():
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYPROF_")}
    # Else hwloc looks for OpenCL devices, and pocl, which K45 needs, takes over the signals of mpirun.
    clean["HWLOC_COMPONENTS"] = "-opencl"
    # All ranks are on this machine. Open MPI 5 leaves loopback out, and where the one other interface has an address
    # that it thinks unreachable, spawned processes find no way to their parent, with or without pyprof.
    clean["OMPI_MCA_btl_tcp_if_include"] = "lo"
    if os.geteuid() == 0:  # Open MPI wants to be told twice
        clean.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    return clean


def require_modules(*names, interpreter=python3, **variables):
    imports = "; ".join(f"import {name}" for name in names)
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    if subprocess.run([interpreter, "-c", imports], capture_output=True, env=environment).returncode != 0:
        pytest.skip(f"{interpreter} has no {', '.join(names)}")


class Recorded:
    """One run under pyprof: the finished process, its profile and what stays behind."""

    def __init__(self, folder, process):
        self.folder = folder
        self.process = process

    @property
    def profile(self):
        """The one profile that the run wrote."""
        profiles = sorted(self.folder.glob("*.pyprof"))
        assert len(profiles) == 1, f"{[p.name for p in profiles]}\n{self.process.stderr}"
        return profiles[0]

    def report(self, *options):
        return load_report(self.profile, *options)

    def left_in_spool(self):
        return sorted(path.name for path in (self.folder / "spool").rglob("*"))

    def messages(self):
        """What pyprof itself said on stderr."""
        return [line for line in self.process.stderr.splitlines() if line.startswith("pyprof: ")]


def environment(folder, **variables):
    """The caller's environment without options of pyprof, with a spool of the test's own."""
    spool = folder / "spool"
    spool.mkdir(exist_ok=True)
    return {**environment_of_mpi(), "PYPROF_SPOOL": str(spool), **{name: str(value) for name, value in variables.items()}}


def run(command, folder, timeout=120, **variables):
    """The command alone, as a person would run it in `folder`."""
    return hung.run([str(word) for word in command], timeout, cwd=folder, env=environment(folder, **variables),
                    stdin=subprocess.DEVNULL)


def record(command, folder, launcher=(), options=(), timeout=120, pyprof=pyprof, **variables):
    """The command under pyprof, below a launcher such as mpirun if one is given."""
    under_pyprof = [*launcher, pyprof, "-o", folder / "run.pyprof", *options, "--", *command]
    return Recorded(folder, run(under_pyprof, folder, timeout, **variables))


def ask(*words, timeout=120):
    """pyprof with a reading verb."""
    return hung.run([str(pyprof), *map(str, words)], timeout, stdin=subprocess.DEVNULL)


def load_report(profile, *options):
    answer = ask("report", profile, "--json", "--limit", "0", *options)
    assert answer.returncode == 0, answer.stderr
    report = json.loads(answer.stdout)
    validate(report)
    return report


def validate(document, schema="report"):
    """Holds a JSON document of pyprof against the schema that is checked in, where this machine can."""
    try:
        import jsonschema
    except ImportError:
        return
    form = json.loads((top / f"src/report/{schema}.schema.json").read_text())
    form.pop("$id", None)  # a name, not an address to resolve references against
    jsonschema.validate(document, form)


def full_runs():
    """True where all 10 000 samples of a kernel are wanted, not a twentieth."""
    return os.environ.get("PYPROF_FULL") == "1"


def main_thread_only():
    """Variables that keep numerical libraries in the thread that calls them."""
    return {"OPENBLAS_NUM_THREADS": 1, "OMP_NUM_THREADS": 1, "MKL_NUM_THREADS": 1}


if __name__ == "__main__":
    for interpreter in interpreters().values():
        print(interpreter.version, interpreter.path)
    sys.exit(0)
