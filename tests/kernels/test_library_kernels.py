"""Kernels over libraries of science: tables, solvers, parallel files and transforms, OpenCL on the processor."""

import json
import pathlib
import re
import subprocess

import check
import pytest
import runs
from measured import assert_true, functions_below_python, here, kernel_builds, measure


def libraries_at_work(report):
    return {pathlib.Path(module or "").name.partition(".")[0] for _, module in functions_below_python(report)}


def test_tables_K12(tmp_path):
    runs.require_modules("pandas", "tables")
    measured = measure(tmp_path, "k12_tables.py")
    report = measured.report()
    assert_true(report, measured.truth[-1])
    assert {"algos", "hashtable", "libz"} <= libraries_at_work(report)


def folders_of_petsc():
    """Variables that tell Debian's modules where they are, where its links are not installed."""
    folders = {"PETSC_DIR": "petscdir/petsc", "SLEPC_DIR": "slepcdir/slepc"}
    found = {name: sorted(pathlib.Path("/usr/lib").glob(f"{folder}3*/*-real")) for name, folder in folders.items()}
    return {name: each[-1] for name, each in found.items() if each}


def require_petsc(*modules):
    runs.require_modules(*modules, **folders_of_petsc())


def total_of(report, function):
    return sum(f["total"][check.metric_of(report)] for f in report["functions"] if f["name"] == function)


def self_time_of_library(report, library):
    return sum(f["self"][check.metric_of(report)] for f in report["functions"] if f.get("module") == library)


def test_poisson_K39(tmp_path):
    """Matrices in C, in NumPy and in Fortran below the same solver; PETSc's own timers agree with the samples."""
    require_petsc("petsc4py", "numpy")
    folder = kernel_builds / "k39_stencil_plain"
    if not list(folder.glob("k39_stencil*.so")):
        pytest.skip(f"the Fortran part of K39 was not built ({folder})")
    measured = measure(tmp_path, here / "k39_petsc/k39.py", folder, **folders_of_petsc())
    report, lines = measured.report(), measured.recorded.process.stdout.splitlines()
    assert lines[0] == "K39 done True"
    assert_true(report, measured.truth[-1])
    by_petsc = json.loads(lines[1])
    share = by_petsc["MatMult"] / by_petsc["KSPSolve"]
    sampled = total_of(report, "MatMult") / total_of(report, "KSPSolve")
    samples = check.samples_in(total_of(report, "KSPSolve"), report)
    # Its clock is the wall's: where the process waits for a processor, either part may have waited.
    assert abs(sampled - share) < check.tolerance(share, samples) + 0.1, (sampled, share)


def test_eigenvalues_K40(tmp_path):
    require_petsc("petsc4py", "slepc4py")
    measured = measure(tmp_path, here / "k39_petsc/k40.py", launcher=runs.mpirun(2), **folders_of_petsc())
    assert measured.recorded.process.stdout == "K40 done True\n"
    for rank, phases in measured.truth.items():
        assert_true(measured.report(rank), phases)
    report = measured.report()
    assert {"EPSSolve", "MatMult"} <= {f["name"] for f in report["functions"]}
    assert any(name.startswith("liblapack") or "openblas" in name for name in libraries_at_work(report))


def test_parallel_files_K41(tmp_path):
    runs.require_modules("mpi4py", "h5py")
    measured = measure(tmp_path, "k41_hdf5.py", launcher=runs.mpirun(2))
    assert measured.recorded.process.stdout == "K41 done True True\n"
    for rank, phases in measured.truth.items():
        assert_true(measured.report(rank), phases)
    report = measured.report()
    assert not check.check_totals(report)
    names = {f["name"] for f in report["functions"]}
    assert {"H5Dwrite", "H5Dread"} <= names
    assert "libz" in libraries_at_work(report)


def test_transforms_K42(tmp_path):
    runs.require_modules("mpi4py_fft")
    measured = measure(tmp_path, "k42_fourier.py", launcher=runs.mpirun(2))
    assert measured.recorded.process.stdout == "K42 done True\n"
    for rank, phases in measured.truth.items():
        assert_true(measured.report(rank), phases)
    assert "libfftw3" in libraries_at_work(measured.report())


def require_pocl():
    runs.require_modules("pyopencl")
    question = "import pyopencl; print([platform.name for platform in pyopencl.get_platforms()])"
    answer = subprocess.run([runs.python3, "-c", question], capture_output=True, text=True)
    if "Portable" not in answer.stdout:
        pytest.skip("OpenCL has no pocl here")


def test_opencl_K45(tmp_path):
    """Its worker has no Python, and its time stands below the line that waits for it; OpenCL's clock agrees."""
    require_pocl()
    measured = measure(tmp_path, "k45_opencl.py", POCL_CACHE_DIR=tmp_path)
    report, lines = measured.report(), measured.recorded.process.stdout.splitlines()
    assert_true(report, measured.truth[-1])
    by_opencl = json.loads(lines[-1])
    times = {name: self_time_of_library(report, f"{name}.so") for name in by_opencl}  # pocl makes one of each kernel
    share = by_opencl["scale"] / sum(by_opencl.values())
    samples = check.samples_in(sum(times.values()), report)
    assert abs(times["scale"] / sum(times.values()) - share) < check.tolerance(share, samples) + 0.1, (times, by_opencl)
    (worker,) = [thread for thread in report["threads"] if not thread["python"] and thread["self"]["cpu"] > 0]
    assert re.search(r"k45_opencl\.py", worker["spawned_by"]["file"])
