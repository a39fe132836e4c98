"""MPI libraries other than that of the system: the same profile under each that this machine can have."""

import os
import pathlib
import re
import subprocess
import time

import pytest
import runs
from environments import mpich_5, open_mpi_5, standard_abi
from test_mpi_calls import assert_basics, basics, line_of, only

ranks = 3


class Library:
    """The commands of an MPI library, and an mpi4py that uses it."""

    def __init__(self, says, commands, python_environment, *options, **variables):
        self.says = says  # in the report
        self.commands, self.options = commands, options
        self.python_environment = python_environment
        self.variables = {"PATH": f"{commands['mpirun'].parent}:{os.environ['PATH']}", **variables}

    @property
    def interpreter(self):
        return self.python_environment() / "bin/python3"

    def launcher(self):
        return [self.commands["mpirun"], "-n", ranks, *self.options]

    def record(self, command, folder, *options, **variables):
        return runs.record(command, folder, self.launcher(), options=options, **self.variables, **variables)

    def record_all(self, command, folder, **variables):
        """With pyprof before mpirun."""
        return runs.record([*self.launcher(), *command], folder, **self.variables, **variables)

    def run(self, command, folder):
        return runs.run([*self.launcher(), *command], folder, **self.variables)

    def compile(self, source, program, *options):
        compiler = self.commands["mpicc" if source.suffix == ".c" else "mpif90"]
        words = [compiler, "-g", "-O2", *options, source, "-o", program]
        compiled = subprocess.run(words, capture_output=True, text=True, env={**os.environ, **self.variables})
        assert compiled.returncode == 0, compiled.stderr
        return program


def library_in(says, environment, *options, mpicc="mpicc"):
    """One that is in an environment, beside its mpi4py."""
    folder = environment()
    commands = {"mpirun": folder / "bin/mpirun", "mpicc": folder / "bin" / mpicc}
    return Library(says, commands, environment, *options)


def open_mpi_of_pypi(_):
    return library_in("Open MPI 5.0.11", open_mpi_5, "--oversubscribe")


def mpich_of_pypi(_):
    return library_in("MPICH 5.0.2", mpich_5)


def mpi_abi_of_pypi(_):
    return library_in("MPICH 5.0.2", standard_abi, mpicc="mpicc_abi")


def mpich_of_debian(folder):
    """MPICH under names that its relatives do not have. mpi4py asks for the library by the name that they agreed on."""
    commands = {name: pathlib.Path(f"/usr/bin/{name}.mpich") for name in ("mpirun", "mpicc", "mpif90")}
    if not all(path.exists() for path in commands.values()):
        pytest.skip("no mpich and libmpich-dev")
    folder.mkdir()
    (library,) = pathlib.Path("/usr/lib").glob("*/libmpich.so.12")
    (folder / "libmpi.so.12").symlink_to(library)
    details = subprocess.run([commands["mpirun"], "--version"], capture_output=True, text=True).stdout
    version = re.search(r"Version:\s+(\S+)", details)[1]
    return Library(f"MPICH {version}", commands, mpich_5, LD_LIBRARY_PATH=folder, MPI4PY_LIBMPI=folder / "libmpi.so.12")


def libraries(*makers):
    return pytest.mark.parametrize("library", makers, ids=lambda make: make.__name__, indirect=True)


@pytest.fixture
def library(request, tmp_path):
    return request.param(tmp_path / "library")


every_library = libraries(open_mpi_of_pypi, mpich_of_pypi, mpi_abi_of_pypi, mpich_of_debian)


# Which recordings rank 0 has gathered when it has finalised, but not yet ended.
merged = basics + """
MPI.Finalize()
if rank == 0:
    import os, pathlib
    (names,) = pathlib.Path(os.environ["PYPROF_SPOOL"]).rglob("gathered-0.names")
    pathlib.Path("gathered").write_text(names.read_text())
"""


def assert_one_file(recorded):
    """Of all ranks, by the launcher's numbers, with nothing left behind."""
    assert recorded.process.returncode == 0, recorded.process.stderr
    assert recorded.messages()[0].startswith(f"pyprof: {ranks} ranks"), recorded.messages()
    assert recorded.left_in_spool() == []
    report = recorded.report()
    assert [row["rank"] for row in report["ranks"]] == list(range(ranks))
    return report


def assert_merged_in_memory(folder):
    assert len((folder / "gathered").read_text().split()) == ranks


def assert_calls(report, source, expected):
    """Each of (call, text of its line, calls, bytes a call) as often by every rank."""
    text = source.read_text()
    for call, where, count, size in expected:
        row = only(report, call, line_of(text, where))
        assert (row["count"], row["bytes"]) == (ranks * count, ranks * count * size), (call, where)
        assert row["file"].endswith(source.name)


def mpi_of(report):
    return [f"{library['name']} {library['version']}" for library in report["run"]["libraries"] if library["role"] == "MPI"]


@every_library
def test_python(library, tmp_path):
    (tmp_path / "app.py").write_text(merged)
    report = assert_one_file(library.record([library.interpreter, "app.py"], tmp_path))
    assert_basics(report, ranks)
    assert_merged_in_memory(tmp_path)
    assert mpi_of(report) == [library.says], report["run"]


def assert_output_is_the_same(library, recorded, program, folder):
    bare = library.run([program], folder)
    assert (bare.returncode, bare.stdout) == (0, recorded.process.stdout)
    assert bare.stdout


@every_library
def test_c(library, tmp_path):
    source = runs.top / "tests/targets/mpi_basics.c"
    program = library.compile(source, tmp_path / "program")
    recorded = library.record([program], tmp_path)
    assert_calls(assert_one_file(recorded), source, [
        ("MPI_Bcast", "MPI_Bcast", 7, 800), ("MPI_Allreduce", "MPI_Allreduce", 5, 800),
        ("MPI_Allgather", "MPI_IN_PLACE", 1, 80), ("MPI_Sendrecv", "MPI_Sendrecv", 3, 800),
        ("MPI_Irecv", "MPI_Irecv", 1, 800), ("MPI_Wait", "MPI_Wait", 1, 0), ("MPI_Send", "next, 1", 1, 800),
        ("MPI_Send", "PROC_NULL", 1, 0), ("MPI_Barrier", "MPI_Barrier", 1, 0)])
    assert_output_is_the_same(library, recorded, program, tmp_path)


@libraries(open_mpi_of_pypi, mpich_of_pypi)
def test_sessions(library, tmp_path):
    """Without MPI_Init and MPI_Finalize the ranks' files are put together when the job has ended."""
    source = runs.top / "tests/targets/mpi_sessions.c"
    program = library.compile(source, tmp_path / "program")
    recorded = library.record([program], tmp_path)
    assert_calls(assert_one_file(recorded), source, [("MPI_Allreduce", "MPI_Allreduce", 10, 4)])
    assert_output_is_the_same(library, recorded, program, tmp_path)


@pytest.mark.parametrize("module", ["mpi", "mpi_f08"])
def test_fortran(module, tmp_path):
    library = mpich_of_debian(tmp_path / "library")
    source = runs.top / "tests/targets/mpi_basics.F90"
    program = library.compile(source, tmp_path / "program", *["-DUSE_F08"] * (module == "mpi_f08"))
    recorded = library.record([program], tmp_path)
    assert_calls(assert_one_file(recorded), source, [
        ("MPI_Bcast", "MPI_Bcast", 7, 800), ("MPI_Allreduce", "MPI_Allreduce", 1, 800),
        ("MPI_Allgather", "MPI_Allgather", 1, 80), ("MPI_Send", "next, 1", 1, 800), ("MPI_Recv", "previous, 1", 1, 800),
        ("MPI_Send", "PROC_NULL", 1, 0)])
    assert_output_is_the_same(library, recorded, program, tmp_path)


awkward = """
import os, pathlib, sys, time
from array import array
from mpi4py import MPI
world = MPI.COMM_WORLD
while time.process_time() < 0.3: sum(range(1000))
world.Allreduce(MPI.IN_PLACE, array('d', [1.0]))
what = sys.argv[1]
pathlib.Path(f"returned-{world.rank}").touch()
while len(list(pathlib.Path().glob("returned-*"))) < world.size: time.sleep(0.01)
if what == "abort" and world.rank == world.size - 1: world.Abort(4)
if what == "kill" and world.rank == world.size - 1: os.kill(os.getpid(), 9)
if what in ("abort", "kill"): time.sleep(30)
if what == "late" and world.rank == 0: time.sleep(2)
"""


def wait_for_profile(folder):
    """Hydra kills all ranks with their launchers and does not wait for what these leave to be done."""
    deadline = time.monotonic() + 20
    while list(folder.glob("spool/*")) and time.monotonic() < deadline:
        time.sleep(0.05)


def assert_all_are_there(library, what, tmp_path):
    """Nothing hangs, and every rank is in a profile that can be read."""
    (tmp_path / "app.py").write_text(awkward)
    recorded = library.record([library.interpreter, "app.py", what], tmp_path, PYPROF_MERGE_WAIT=1)
    assert (recorded.process.returncode == 0) == (what == "late"), recorded.process.stderr
    wait_for_profile(tmp_path)
    report = recorded.report()
    assert [row["rank"] for row in report["ranks"]] == list(range(ranks))
    assert only(report, "MPI_Allreduce")["count"] == ranks
    assert recorded.left_in_spool() == []


@every_library
@pytest.mark.parametrize("what", ["abort", "kill"])
def test_a_job_that_dies(library, what, tmp_path):
    assert_all_are_there(library, what, tmp_path)


@libraries(open_mpi_of_pypi, mpich_of_pypi)
def test_a_rank_that_is_later_than_others_wait(library, tmp_path):
    assert_all_are_there(library, "late", tmp_path)


between_groups = """
from array import array
from mpi4py import MPI
world = MPI.COMM_WORLD
part = world.Split(world.rank % 2)
between = part.Create_intercomm(0, world, 1 - world.rank % 2)
counts = [1] * between.remote_size
for _ in range(4):
    between.Alltoallv([array('d', counts), counts], [array('d', counts), counts])
    between.Allreduce(array('d', [1.0]), array('d', [0.0]))
root = MPI.ROOT if world.rank == 0 else MPI.PROC_NULL if world.rank % 2 == 0 else 0
between.Bcast(array('d', [1.0] * 10), root=root)
between.Disconnect()
"""


@every_library
@pytest.mark.parametrize("options", [[], ["--mpi-sync"]], ids=["", "synchronised"])
def test_between_groups(library, options, tmp_path):
    (tmp_path / "app.py").write_text(between_groups)
    report = assert_one_file(library.record([library.interpreter, "app.py"], tmp_path, *options))
    for call, count in (("MPI_Alltoallv", 4), ("MPI_Allreduce", 4), ("MPI_Bcast", 1)):
        assert only(report, call, line_of(between_groups, call[4:] + "("))["count"] == ranks * count


def record_spawn(library, folder, how):
    kernels = runs.top / "tests/kernels"
    command = [library.interpreter, "-m", "mpi4py", kernels / "programs/k32_spawn.py"]  # so an error ends all ranks
    recorded = getattr(library, how)(command, folder, PYTHONPATH=kernels / "truth")
    assert recorded.process.returncode == 0, recorded.process.stderr
    report = recorded.report()
    assert [row["rank"] for row in report["ranks"]] == list(range(ranks))
    assert recorded.left_in_spool() == []
    return report


# Debian's MPICH cannot, with or without pyprof.
libraries_that_spawn = libraries(open_mpi_of_pypi, mpich_of_pypi, mpi_abi_of_pypi)


@libraries_that_spawn
def test_spawned_processes_are_missed_and_said_to_be(library, tmp_path):
    report = record_spawn(library, tmp_path, "record")
    assert len(report["processes"]) == ranks
    assert only(report, "MPI_Comm_spawn")["count"] == 1
    assert [note for note in report["run"]["notes"] if "MPI_Comm_spawn started were not recorded" in note]


@libraries_that_spawn
def test_spawned_processes_are_kept_apart_from_ranks(library, tmp_path):
    report = record_spawn(library, tmp_path, "record_all")
    interpreters = [row["rank"] for row in report["processes"] if "bin/python" in row["command"][0]]  # not mpirun
    assert interpreters.count(None) == 2
    assert only(report, "MPI_Allreduce")["count"] == 2 * 20
    assert [note for note in report["run"]["notes"] if "2 processes started by MPI_Comm_spawn have no rank" in note]


def test_a_library_that_nobody_knows(tmp_path):
    """What can be known is recorded, and what cannot is said."""
    program = runs.build / "tests/targets/strange_mpi_program"
    recorded = runs.record([program], tmp_path, options=["--mpi"])
    assert (recorded.process.returncode, recorded.process.stdout) == (0, "3 rounds\n"), recorded.process.stderr
    report = recorded.report()
    row = only(report, "MPI_Allreduce")
    assert (row["count"], row["bytes"]) == (3, 0)
    assert row["time_ns"] >= 3 * 90_000_000
    samples = report["quality"]["samples"]
    assert report["categories"]["mpi"] >= (1 - 5 / samples ** 0.5) * 0.3e9
    assert [note for note in report["run"]["notes"] if "does not know this MPI library" in note]
