"""MPI jobs: one file for all ranks, whatever the ranks do."""

import pathlib
import re
import shlex

import check
import pytest
import runs

targets = runs.top / "tests/targets"
heat = runs.top / "tests/kernels/heat/heat.py"
library = runs.build / "tests/kernels/heat/libheat.so"


@pytest.fixture(scope="module", params=[2, 4])
def heat_job(request, tmp_path_factory):
    """The heat solver on so many ranks: alone, and under pyprof."""
    runs.require_modules("numpy", "mpi4py")
    folder = tmp_path_factory.mktemp(f"heat{request.param}")
    launcher = runs.mpirun(request.param)
    command = [runs.python3, heat, "--library", library, "--steps", "3000"]
    bare = runs.run([*launcher, *command], folder, **runs.main_thread_only())
    recorded = runs.record(command, folder, launcher, **runs.main_thread_only())
    recorded.bare, recorded.ranks = bare, request.param
    assert recorded.process.returncode == 0, recorded.process.stderr
    return recorded


def test_output_is_the_same(heat_job):
    assert heat_job.process.stdout == heat_job.bare.stdout
    assert "checksum" in heat_job.process.stdout
    assert len(heat_job.messages()) <= 2


def test_one_file_holds_every_rank(heat_job):
    report = heat_job.report()
    assert sorted(rank["rank"] for rank in report["ranks"]) == list(range(heat_job.ranks))
    assert report["run"]["ranks"] == heat_job.ranks
    assert check.check_totals(report) == []
    assert heat_job.left_in_spool() == []


@pytest.mark.parametrize("part, name", [
    ("functions", "name"), ("lines", "function"), ("kernels", "name"), ("ranks", "host"), ("threads", "name"),
    ("processes", "command"), ("modules", "name"), ("mpi", "call")])
def test_every_list_has_named_entries(heat_job, part, name):
    entries = heat_job.report()[part]
    assert entries
    assert all(entry[name] for entry in entries)


def test_compiled_kernel_stands_below_its_python_line(heat_job):
    (kernel,) = [kernel for kernel in heat_job.report()["kernels"] if kernel["name"] == "heat_step"]
    source = pathlib.Path(runs.top / "tests/kernels/heat/heat.c").read_text().splitlines()
    assert kernel["file"].endswith("heat/heat.c")
    calling = [number for number, line in enumerate(heat.read_text().splitlines(), 1) if "heat_step(field," in line]
    assert [(pathlib.Path(c["file"]).name, c["line"]) for c in kernel["callers"]] == [("heat.py", calling[-1])]
    hot = [line for line in heat_job.report()["lines"] if line["file"].endswith("heat/heat.c")]
    assert hot and any("here" in source[line["line"] - 1] for line in hot)


def ranks_of(report):
    return sorted(rank["rank"] for rank in report["ranks"])


def test_agent_on_one_rank_only(tmp_path):
    """Several programs in one job, one of them profiled: the job ends, and the profiled rank's profile is there."""
    program = [runs.python3, targets / "burn_in_ranks.py", "2.2"]
    first = [*runs.two_programs(1), runs.pyprof, "-o", tmp_path / "run.pyprof", *program]
    process = runs.run([*first, ":", "-n", "1", *program], tmp_path, timeout=60)
    assert process.returncode == 0, process.stderr
    assert process.stdout == "2 ranks done\n"
    recorded = runs.Recorded(tmp_path, process)
    assert ranks_of(recorded.report()) == [0]
    assert recorded.messages()


def test_rank_that_comes_late(tmp_path):
    seconds = 60 if runs.full_runs() else 6
    recorded = runs.record([runs.python3, targets / "burn_in_ranks.py", "1.2", f"late:1:{seconds}"], tmp_path,
                           runs.mpirun(2), timeout=120)
    assert recorded.process.returncode == 0, recorded.process.stderr
    assert ranks_of(recorded.report()) == [0, 1]


def test_rank_that_is_killed(tmp_path):
    """The job fails as it would have; the message says which command joins what is left."""
    recorded = runs.record([runs.python3, targets / "burn_in_ranks.py", "1.2", "kill:1"], tmp_path, runs.mpirun(2),
                           timeout=60)
    assert recorded.process.returncode != 0
    commands = [re.search(r"pyprof merge .+", line) for line in recorded.messages()]
    profile = tmp_path / "run.pyprof"
    if not profile.exists():
        (command,) = [match.group() for match in commands if match]
        folder = shlex.split(command)[2]
        merged = runs.ask("merge", folder, "-o", profile)
        assert merged.returncode == 0, merged.stderr
    assert ranks_of(runs.load_report(profile)) == [0, 1]


copies_its_recording = """
import os, pathlib, shutil, time
while time.process_time() < 0.3: sum(range(1000))
if os.fork() != 0: os.wait()
while time.process_time() < 0.1: sum(range(1000))
(recording,) = pathlib.Path(os.environ["PYPROF_SPOOL"]).rglob(f"*-{os.getpid()}-*.rec")
shutil.copy(recording, "in")
"""


def test_ranks_share_the_work_of_merging(tmp_path):
    """`mpirun pyprof merge` makes what `pyprof merge` makes, in one file, with one line."""
    (tmp_path / "in").mkdir()
    recorded = runs.record([runs.python3, "-c", copies_its_recording], tmp_path)
    assert recorded.process.returncode == 0, recorded.process.stderr
    (tmp_path / "in/bad.rec").write_text("PYPFREC1")
    alone = runs.ask("merge", tmp_path / "in", "-o", tmp_path / "alone.pyprof")
    merge = [runs.pyprof, "merge", tmp_path / "in", "-o", tmp_path / "shared.pyprof"]
    shared = runs.run([*runs.mpirun(3), *merge], tmp_path)
    # What a rank starts has its variables, but merges alone.
    nested = shlex.join(map(str, [*merge[:-1], tmp_path / "inside.pyprof"])) + "; :"
    inside = runs.run([*runs.mpirun(1), "sh", "-c", nested], tmp_path)
    answers = {"alone": alone, "shared": shared, "inside": inside}
    for name, answer in answers.items():
        said = [line for line in answer.stderr.splitlines() if " processes -> " in line]
        assert said == [f"pyprof: 2 processes -> {tmp_path / name}.pyprof"], answer.stderr
    reports = [runs.load_report(tmp_path / f"{name}.pyprof") for name in answers]
    assert reports[0] == reports[1] == reports[2]
    assert list(tmp_path.glob("*.shares-*")) == []
