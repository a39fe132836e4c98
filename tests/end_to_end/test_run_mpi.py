"""Launchers and ranks of one MPI job: one file, whoever dies, hangs or has no agent."""

import platform
import shlex
import subprocess

import pytest
import runs

burn = """
import os, sys, time
from mpi4py import MPI
world = MPI.COMM_WORLD
while time.process_time() < 0.5: sum(range(1000))
last = world.rank == world.size - 1
what = sys.argv[1] if len(sys.argv) > 1 else "end"
if last and what == "kill": os.kill(os.getpid(), 9)
if last and what == "exit": os._exit(3)
if last and what == "abort": world.Abort(4)
if what in ("kill", "exit", "abort"): time.sleep(30)
if world.rank == 0 and what == "late": time.sleep(4)
"""


@pytest.fixture
def job(tmp_path):
    (tmp_path / "app.py").write_text(burn)
    return tmp_path


def program(*words):
    return [runs.python3, "app.py", *words]


def one_profile(process, folder, ranks):
    """One file, one or two lines, and an empty spool."""
    recorded = runs.Recorded(folder, process)
    assert recorded.profile
    assert 1 <= len(recorded.messages()) <= 2
    assert recorded.messages()[0].startswith(f"pyprof: {ranks} rank"), recorded.messages()
    assert recorded.left_in_spool() == []
    return recorded


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_one_file_for_all_ranks(job, ranks):
    process = runs.run([*runs.mpirun(ranks), runs.pyprof, *program()], job)
    recorded = one_profile(process, job, ranks)
    assert recorded.profile.name.startswith(f"pyprof-app-{ranks}r-")


@pytest.mark.parametrize("how", ["kill", "exit", "abort"])
def test_a_job_that_dies_leaves_one_file(job, how):
    process = runs.run([*runs.mpirun(3), runs.pyprof, *program(how)], job)
    assert process.returncode != 0
    if how == "abort" and "prterun" in process.stderr:
        # Open MPI 5 drops what ranks say after MPI_Abort.
        recorded = runs.Recorded(job, process)
        assert len(recorded.report()["ranks"]) == 3
        assert recorded.left_in_spool() == []
    else:
        one_profile(process, job, 3)


def test_a_rank_without_the_agent_beside_one_with_it(job):
    process = runs.run([*runs.two_programs(1), runs.pyprof, *program(), ":", "-n", "1", *program()], job)
    assert process.returncode == 0
    one_profile(process, job, "1 of 2")


def test_a_rank_that_lost_the_agent_costs_its_part_only(job):
    without = "if [ $OMPI_COMM_WORLD_RANK = 1 ]; then unset LD_PRELOAD; fi; " + shlex.join(program())
    process = runs.run([*runs.mpirun(2), runs.pyprof, "sh", "-c", without], job, PYPROF_MERGE_WAIT=2)
    assert process.returncode == 0
    one_profile(process, job, "1 of 2")


@pytest.mark.parametrize("wait", [60, 1])
def test_a_late_rank_is_waited_for_or_left_to_the_launchers(job, wait):
    process = runs.run([*runs.mpirun(3), runs.pyprof, *program("late")], job, PYPROF_MERGE_WAIT=wait)
    assert process.returncode == 0
    one_profile(process, job, 3)


def test_ranks_left_out_still_take_part(job):
    process = runs.run([*runs.mpirun(3), runs.pyprof, "--ranks", "1-2", *program()], job)
    assert process.returncode == 0
    one_profile(process, job, "2 of 3")


def test_programs_without_mpi_under_mpirun(job):
    both = f"{runs.python3} -c 'import time\nwhile time.process_time() < 0.3: pass'"
    process = runs.run([*runs.mpirun(2), runs.pyprof, "bash", "-c", f"{both}; {both}"], job)
    assert process.returncode == 0
    one_profile(process, job, 2)


def test_pyprof_before_mpirun(job):
    process = runs.run([runs.pyprof, *runs.mpirun(2), *program()], job)
    assert process.returncode == 0
    recorded = one_profile(process, job, 2)
    assert recorded.profile.name.startswith("pyprof-app-2r-")


def test_one_file_for_each_rank_when_the_name_says_so(job):
    process = runs.run([*runs.mpirun(2), runs.pyprof, "-o", "rank-%r-of-%n.pyprof", *program()], job)
    assert process.returncode == 0
    assert sorted(path.name for path in job.glob("*.pyprof")) == ["rank-0-of-2.pyprof", "rank-1-of-2.pyprof"]
    recorded = runs.Recorded(job, process)
    assert len(recorded.messages()) == 1
    assert recorded.left_in_spool() == []


def test_errors_before_the_start_are_said_once(job):
    process = runs.run([*runs.mpirun(2), runs.pyprof, "--rate", "fast", *program()], job)
    assert process.returncode == 125
    assert len(runs.Recorded(job, process).messages()) == 1


@pytest.mark.parametrize("suffix", ["", "_in_place"])
def test_a_program_without_python(job, suffix):
    """Its executable has copies of MPI's handles, which the library below us uses too."""
    native = runs.build / f"tests/targets/mpi_native{suffix}"
    process = runs.run([*runs.mpirun(3), runs.pyprof, native, "0.4"], job)
    assert (process.returncode, process.stdout) == (0, "met\n"), process.stderr
    report = one_profile(process, job, 3).report()
    assert [row["rank"] for row in report["ranks"]] == [0, 1, 2]
    computing = [row["self"]["cpu"] - row["categories"]["mpi"] for row in report["ranks"]]
    assert computing == sorted(computing)
    (row,) = [row for row in report["mpi"] if row["call"] == "MPI_Allreduce"]
    assert (row["count"], row["bytes"], row["file"].rpartition("/")[2]) == (3, 24, "mpi_native.c")


far_host = "far-host"

# What mpirun takes for ssh: the far host is a process tree with its name and temporary folder, and nothing of the environment.
far_shell = """#!/bin/bash
while [[ $1 == -* ]]; do shift; done
host=$1; shift
export HOST=$host WORDS="$*"
exec unshare --uts bash -c 'hostname "$HOST" && exec env -i HOME="$HOME" PATH="$PATH" TMPDIR="FOLDER/$HOST" \
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 HWLOC_COMPONENTS=-opencl bash -c "$WORDS"'
"""


@pytest.fixture
def hosts(job):
    """The words for mpirun that start rank 0 here and two more on another host."""
    if subprocess.run(["unshare", "--uts", "hostname", far_host], capture_output=True).returncode != 0:
        pytest.skip("this user cannot give a process tree a host name of its own")
    if b"Open MPI) 4" not in subprocess.run(["mpirun", "--version"], capture_output=True).stdout:
        pytest.skip("the way to name a remote shell is that of Open MPI 4")
    (job / far_host).mkdir()
    shell = job / "far_shell"
    shell.write_text(far_shell.replace("FOLDER", str(job)))
    shell.chmod(0o755)
    return [*runs.mpirun(3), "--mca", "plm_rsh_agent", shell, "-H", f"{platform.node()}:1,{far_host}:2"]


def test_ranks_of_several_hosts_are_one_profile(hosts, job):
    """Their spools are apart, and so is all of their environment but what mpirun carries."""
    process = runs.run([*hosts, runs.pyprof, *program()], job)
    assert process.returncode == 0, process.stderr
    report = one_profile(process, job, 3).report()
    assert report["run"]["hosts"] == [platform.node(), far_host]
    assert [row["host"] for row in report["ranks"]] == [platform.node(), far_host, far_host]
    assert [path for path in (job / far_host).rglob("*") if path.suffix in (".rec", ".done", ".gath")] == []
    assert list(job.glob("*.pyprof.d")) == []


def test_pyprof_before_mpirun_records_other_hosts_too(hosts, job):
    """Nothing of its environment gets there, but its options do."""
    process = runs.run([runs.pyprof, "-r", "150", *hosts, *program()], job, PYPROF_ENGINE="cpu")
    assert process.returncode == 0, process.stderr
    report = one_profile(process, job, 3).report()
    assert [row["host"] for row in report["ranks"]] == [platform.node(), far_host, far_host]
    assert (report["run"]["rate_hz"], report["run"]["engine"]) == (150, "cpu")


def test_a_rank_killed_on_another_host_leaves_its_part_beside_the_profile(hosts, job):
    process = runs.run([*hosts, runs.pyprof, *program("kill")], job)
    assert process.returncode != 0
    parts = list(job.glob("*.pyprof.d/*.gath")) + list(job.glob("*.pyprof"))
    merged = runs.ask("merge", *parts, "-o", job / "all.pyprof")
    assert merged.returncode == 0, merged.stderr
    ranks = runs.load_report(job / "all.pyprof")["ranks"]
    assert {row["rank"] for row in ranks} == {0, 1, 2}
