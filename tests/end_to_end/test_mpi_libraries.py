"""MPI libraries other than that of the system: the same profile under each that this machine can have."""

import os
import subprocess

import pytest
import runs
from environments import open_mpi_5
from test_mpi_calls import assert_basics, basics, line_of, only

ranks = 3


class Library:
    """The commands of an MPI library, and an interpreter with an mpi4py that uses it."""

    def __init__(self, says, folder, *options, mpirun="mpirun", mpicc="mpicc", **variables):
        self.says = says  # in the report
        self.folder, self.interpreter, self.compiler = folder, folder / "bin/python3", folder / "bin" / mpicc
        self.launcher = [folder / "bin" / mpirun, "-n", ranks, *options]
        self.variables = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", **variables}

    def record(self, command, folder, *options, **variables):
        return runs.record(command, folder, self.launcher, options=options, **self.variables, **variables)

    def run(self, command, folder):
        return runs.run([*self.launcher, *command], folder, **self.variables)

    def compile(self, source, program):
        words = [self.compiler, "-g", "-O2", source, "-o", program, f"-Wl,-rpath,{self.folder / 'lib'}"]
        environment = {**os.environ, **self.variables}
        compiled = subprocess.run(words, capture_output=True, text=True, env=environment)
        assert compiled.returncode == 0, compiled.stderr
        return program


def open_mpi_of_pypi():
    return Library("Open MPI 5.0.11", open_mpi_5(), "--oversubscribe")


@pytest.fixture(params=[open_mpi_of_pypi], ids=lambda make: make.__name__)
def library(request):
    return request.param()


# What lies in the spool when the ranks have finalised, but not yet ended.
merged = basics + """
MPI.Finalize()
if rank == 0:
    import os, pathlib
    names = [path.name for path in pathlib.Path(os.environ["PYPROF_SPOOL"]).rglob("*")]
    pathlib.Path("left").write_text(" ".join(names))
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
    left = (folder / "left").read_text().split()
    assert "gathered-0.gath" in left, left
    assert not [name for name in left if name.endswith(".done")], left


def mpi_of(report):
    return [f"{library['name']} {library['version']}" for library in report["run"]["libraries"] if library["role"] == "MPI"]


def test_python(library, tmp_path):
    (tmp_path / "app.py").write_text(merged)
    report = assert_one_file(library.record([library.interpreter, "app.py"], tmp_path))
    assert_basics(report, ranks)
    assert_merged_in_memory(tmp_path)
    assert mpi_of(report) == [library.says], report["run"]


def test_c(library, tmp_path):
    source = runs.top / "tests/targets/mpi_basics.c"
    program = library.compile(source, tmp_path / "program")
    recorded = library.record([program], tmp_path)
    report = assert_one_file(recorded)
    bare = library.run([program], tmp_path)
    assert (recorded.process.stdout, "all 3 ranks met\n") == (bare.stdout, bare.stdout)
    text = source.read_text()
    for call, where, count, size in (("MPI_Bcast", "MPI_Bcast", 7, 800), ("MPI_Allreduce", "MPI_Allreduce", 5, 800),
                                     ("MPI_Allgather", "MPI_IN_PLACE", 1, 80), ("MPI_Sendrecv", "MPI_Sendrecv", 3, 800),
                                     ("MPI_Irecv", "MPI_Irecv", 1, 800), ("MPI_Wait", "MPI_Wait", 1, 0),
                                     ("MPI_Send", "next, 1", 1, 800), ("MPI_Send", "PROC_NULL", 1, 0),
                                     ("MPI_Barrier", "MPI_Barrier", 1, 0)):
        row = only(report, call, line_of(text, where))
        assert (row["count"], row["bytes"]) == (ranks * count, ranks * count * size), (call, where)
        assert row["file"].endswith("mpi_basics.c")
