"""Threads of a pool are charged to the Python line that they work for, or shown apart."""

import json
import os
import pathlib

import pytest
import runs
from page_data import Page

program = runs.top / "tests/targets/workers.py"
library = runs.build / "tests/targets/libworkers.so"
seconds = 60 if runs.full_runs() else 3
quantile = 4.5


@pytest.fixture(scope="module", params=runs.each_interpreter())
def recorded(request, tmp_path_factory):
    if not library.exists():
        pytest.skip("the compiler has no OpenMP")
    run = runs.record([request.param, program, library, seconds], tmp_path_factory.mktemp("workers"),
                      OMP_WAIT_POLICY="passive")
    assert run.process.returncode == 0, run.process.stderr
    return run, json.loads(run.process.stdout)


def totals(report, name):
    return sum(row["total"]["cpu"] for row in report["functions"] if row["name"] == name and row["domain"] == "python")


def assert_shares(report, truth, threads):
    samples = report["quality"]["signals"]
    whole = sum(row["self"]["cpu"] for row in report["threads"])
    for name, used in truth.items():
        share = used[threads] * 1e9 / whole
        sampled = totals(report, name) / whole
        tolerance = quantile * (share * (1 - share) / samples) ** 0.5 + 0.015
        assert abs(sampled - share) <= tolerance, f"{name}: true {share:.3f}, sampled {sampled:.3f}, N={samples}"


def test_lines_have_the_time_of_the_threads_that_work_for_them(recorded):
    run, truth = recorded
    assert_shares(run.report(), truth, 0)


def test_apart_lines_have_their_own_threads_time(recorded):
    run, truth = recorded
    report = run.report("--threads", "apart")
    assert_shares(report, truth, 1)
    assert not any(row["name"] == "[worker threads]" for row in report["functions"])


def test_the_pool_is_seen_where_it_works_and_where_it_was_started(recorded):
    run, _ = recorded
    report = run.report()
    (pool,) = [thread for thread in report["threads"] if not thread["python"]]
    assert pool["spawned_by"]["function"] == "starts_the_pool"
    assert pool["spawned_by"]["file"] == str(program)
    stacks = runs.ask("export", run.profile, "--format", "collapsed", "-o", "-").stdout.splitlines()
    working = [stack.split(";[worker threads];") for stack in stacks
               if "work_in_parallel._omp_fn" in stack.rpartition(";[worker threads];")[2]]
    of_pool = [parts for parts in working if len(parts) == 2]
    assert {";".join(callers.split(";")[-2:]) for callers, _ in of_pool} == {
        f"{line} (workers.py);work (workers.py)" for line in ("small", "large")}
    assert not any("start_thread" in callees for _, callees in of_pool)


def test_the_pool_s_library_is_told_with_its_threads(recorded):
    run, _ = recorded
    (openmp,) = [library for library in run.report()["run"]["libraries"] if library["role"] == "OpenMP"]
    assert openmp["threads"] == 1
    assert "OpenMP" in runs.ask("info", run.profile).stdout


def test_libraries_are_told_that_no_sample_met(tmp_path):
    runs.require_modules("numpy")
    run = runs.record([runs.python3, "-c", "import numpy"], tmp_path, OPENBLAS_NUM_THREADS="3")
    mapped = runs.run([runs.python3, "-c", "import numpy; print(open('/proc/self/maps').read())"], tmp_path).stdout
    libraries = run.report()["run"]["libraries"]
    assert all(library["path"] in mapped or pathlib.Path(library["path"]).resolve().as_posix() in mapped
               for library in libraries)
    openblas = [library for library in libraries if library["name"] == "OpenBLAS"]
    if "openblas" not in mapped:
        pytest.skip("NumPy uses another BLAS here")
    (openblas,) = openblas
    assert openblas["version"] and openblas["version"][0].isdigit()
    assert openblas["threads"] == min(3, len(os.sched_getaffinity(0))) - 1


def functions_of_contexts(path):
    """The names of the functions on the stacks that an HTML page holds."""
    page = Page(path)
    functions = {page.columns["location.function"][location] for location in page.columns["context.location"][1:]}
    return {page.header["strings"][page.columns["function.name"][function]] for function in functions}


@pytest.mark.parametrize("threads", ["joined", "apart"])
def test_the_page_has_the_threads_where_they_are_wanted(threads, recorded, tmp_path):
    run, _ = recorded
    page = tmp_path / "page.html"
    assert runs.ask("report", run.profile, "--html", page, "--threads", threads).returncode == 0
    assert ("[worker threads]" in functions_of_contexts(page)) == (threads == "joined")
