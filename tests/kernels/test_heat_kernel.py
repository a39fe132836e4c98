"""K30, the heat solver on several ranks, with its step in five languages: these runs need both cores for themselves."""

import pathlib

import check
import pytest
import runs
from measured import assert_true, here, kernel_builds, measure, programs


@pytest.mark.parametrize("ranks", [2, 3, 4])
def test_heat_K30_on_ranks(ranks, tmp_path):
    runs.require_modules("numpy", "mpi4py")
    library = kernel_builds / "heat/libheat.so"
    # On this plate one step lasts longer than a tick of the kernel. Ranks that wait for each other in shorter steps
    # change places at ticks, when CPU timers expire too, and what a rank does right after one is seen too rarely.
    measured = measure(tmp_path, "k30_heat.py", "--library", library, "--size", "7000", "--steps", "1000000000",
                       launcher=runs.mpirun(ranks), arguments_of=lambda seconds: ["--seconds", str(seconds)])
    assert sorted(measured.truth) == list(range(ranks))
    for rank, phases in measured.truth.items():
        assert_true(measured.report(rank), phases)
    report = measured.report()
    assert not check.check_totals(report)
    (kernel,) = [kernel for kernel in report["kernels"] if kernel["name"] == "heat_step"]
    assert kernel["file"].endswith("heat.c")


def step_of_heat(kernel):
    """What --library of K30 names."""
    runs.require_modules("numpy", "mpi4py")
    if kernel == "c":
        return kernel_builds / "heat/libheat.so"
    folder = kernel_builds / f"k30_{'fortran' if kernel == 'f2py' else kernel}_plain"
    if kernel != "numpy" and not folder.exists():
        pytest.skip(f"the module was not built ({folder})")
    return folder


@pytest.mark.parametrize("kernel, halo, size", [("numpy", "started", 4000), ("cython", "started", 7000),
                                                ("cffi", "blocking", 7000), ("f2py", "started", 7000)])
def test_heat_K30_in_other_languages(kernel, halo, size, tmp_path):
    measured = measure(tmp_path, "k30_heat.py", "--kernel", kernel, "--halo", halo, "--library", step_of_heat(kernel), "--size",
                       str(size), "--steps", "1000000000", launcher=runs.mpirun(2),
                       arguments_of=lambda seconds: ["--seconds", str(seconds)])
    assert sorted(measured.truth) == [0, 1]
    for rank, phases in measured.truth.items():
        assert_true(measured.report(rank), phases)
    report = measured.report()
    assert not check.check_totals(report)
    calls = {row["call"] for row in report["mpi"] if row["count"]}
    assert ({"MPI_Isend", "MPI_Irecv", "MPI_Waitall"} if halo == "started" else {"MPI_Sendrecv"}) <= calls
    steps = [pathlib.Path(row["file"]).name for row in report["kernels"] if row["name"].split(".")[-1] == "heat_step"]
    sources = {"numpy": [], "cython": ["k30_cython.pyx"], "cffi": ["heat.c"], "f2py": ["k30_fortran.f90"]}
    assert steps == sources[kernel]


def checksum_of_heat(folder, kernel, halo, ranks):
    program = [runs.python3, programs / "k30_heat.py", "--kernel", kernel, "--halo", halo, "--library", step_of_heat(kernel),
               "--size", "200", "--steps", "300"]
    recorded = runs.record(program, folder, runs.mpirun(ranks), PYTHONPATH=here / "truth", PYPROF_TRUTH=folder / "truth.jsonl")
    assert recorded.process.returncode == 0, recorded.process.stderr
    return recorded.process.stdout.splitlines()[-1]


@pytest.mark.parametrize("kernel, halo", [("c", "started"), ("numpy", "blocking"), ("cython", "blocking"),
                                          ("cffi", "started"), ("f2py", "blocking")])
def test_heat_K30_computes_what_one_rank_computes(kernel, halo, tmp_path):
    for name in ("alone", "ranks"):
        (tmp_path / name).mkdir()
    alone = checksum_of_heat(tmp_path / "alone", "c", "blocking", 1)
    assert "checksum" in alone
    assert checksum_of_heat(tmp_path / "ranks", kernel, halo, 3) == alone
