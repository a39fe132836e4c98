"""Calls of MPI are counted: each with its line, exactly as often as the program makes it, whoever makes it and however."""

import re

import pytest
import runs


def record(folder, program, ranks, *options, launcher=(), **variables):
    runs.require_modules("mpi4py")
    (folder / "app.py").write_text(program)
    recorded = runs.record([runs.python3, "app.py"], folder, launcher or runs.mpirun(ranks), options=options, **variables)
    assert recorded.process.returncode == 0, recorded.process.stderr
    return recorded


def line_of(program, text):
    (number,) = [number for number, line in enumerate(program.splitlines(), 1) if text in line]
    return number


def calls(report, name, line=None):
    return [row for row in report["mpi"] if row["call"] == name and line in (None, row["line"])]


def only(report, name, line=None):
    (row,) = calls(report, name, line)
    return row


basics = """
from array import array
from mpi4py import MPI
world = MPI.COMM_WORLD
rank, size = world.rank, world.size
data, other = array('d', [1.0] * 100), array('d', [0.0] * 100)
for _ in range(7):
    world.Bcast(data, root=0)
for _ in range(5):
    world.Allreduce(data, other)
world.Allreduce(MPI.IN_PLACE, other)
for _ in range(3):
    world.Sendrecv(data, (rank + 1) % size, 0, other, (rank - 1) % size, 0)
request = world.Irecv(other, (rank - 1) % size)
world.Send(data, (rank + 1) % size)
request.Wait()
world.Send(data, MPI.PROC_NULL)
world.Barrier()
"""


def assert_basics(report, ranks):
    bcast = only(report, "MPI_Bcast", line_of(basics, "Bcast"))
    assert (bcast["count"], bcast["bytes"], bcast["kind"]) == (7 * ranks, 7 * ranks * 800, "collective")
    assert only(report, "MPI_Allreduce", line_of(basics, "Allreduce(data"))["count"] == 5 * ranks
    in_place = only(report, "MPI_Allreduce", line_of(basics, "IN_PLACE"))
    assert (in_place["count"], in_place["bytes"]) == (ranks, ranks * 800)
    exchange = only(report, "MPI_Sendrecv", line_of(basics, "Sendrecv"))
    assert (exchange["count"], exchange["bytes"], exchange["kind"]) == (3 * ranks, 3 * ranks * 800, "point")
    assert exchange["wait_state"] == "late_partner"
    start = only(report, "MPI_Irecv")
    assert (start["count"], start["wait_ns"], start["kind"]) == (ranks, None, "start")
    assert only(report, "MPI_Wait")["count"] == ranks
    assert only(report, "MPI_Send", line_of(basics, "PROC_NULL"))["bytes"] == 0
    assert [only(report, "MPI_Barrier")[name] for name in ("kind", "wait_state")] == ["barrier", "barrier"]
    for row in report["mpi"]:
        if row["count"] is not None:
            # A call to nobody may be shorter than a step of the counter.
            assert 0 <= row["shortest_ns"] <= row["longest_ns"] <= row["time_ns"]
            assert row["wait_ns"] is None or 0 <= row["wait_ns"] <= row["time_ns"]
            assert row["wait"] in (None, "at_most")
    assert "calls_uncounted" not in report["quality"]["lost"]


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_counts_bytes_and_lines(tmp_path, ranks):
    assert_basics(record(tmp_path, basics, ranks).report(), ranks)


operation_in_python = """
from array import array
from mpi4py import MPI
world = MPI.COMM_WORLD
inner = array('d', [0.0])
def add(a, b, kind):
    MPI.COMM_SELF.Allreduce(array('d', [1.0]), inner)
    left, right = memoryview(a).cast('B').cast('d'), memoryview(b).cast('B').cast('d')
    right[0] += left[0]
sum_of = MPI.Op.Create(add, commute=True)
result = array('d', [0.0])
for _ in range(4):
    world.Reduce(array('d', [1.0]), result, op=sum_of)
assert world.rank != 0 or result[0] == world.size
world.Barrier()
"""


def test_what_a_call_leads_to_belongs_to_it(tmp_path):
    report = record(tmp_path, operation_in_python, 2).report()
    assert only(report, "MPI_Reduce")["count"] == 8
    assert not [row for row in calls(report, "MPI_Allreduce") if row["count"]]


threads = """
import threading
from array import array
from mpi4py import MPI
assert MPI.Query_thread() == MPI.THREAD_MULTIPLE
def exchange(world):
    for _ in range(200):
        world.Allreduce(MPI.IN_PLACE, array('d', [1.0]))
worlds = [MPI.COMM_WORLD.Dup() for _ in range(4)]
workers = [threading.Thread(target=exchange, args=(world,)) for world in worlds]
for worker in workers: worker.start()
for worker in workers: worker.join()
def probe():
    for _ in range(3): MPI.COMM_WORLD.Iprobe()
for _ in range(100):
    worker = threading.Thread(target=probe)
    worker.start()
    worker.join()
"""


def test_every_thread_counts_also_short_ones(tmp_path):
    """More threads than keep a tree of their own: what ended ones counted is folded."""
    report = record(tmp_path, threads, 2).report()
    assert only(report, "MPI_Allreduce")["count"] == 2 * 4 * 200
    assert only(report, "MPI_Iprobe")["count"] == 2 * 100 * 3
    assert only(report, "MPI_Comm_dup")["count"] == 2 * 4


killed = """
import os, time
from array import array
from mpi4py import MPI
world = MPI.COMM_WORLD
for _ in range(50):
    world.Allreduce(MPI.IN_PLACE, array('d', [1.0]))
if world.rank == 1: os.kill(os.getpid(), 9)
time.sleep(30)
"""


def test_calls_of_a_killed_rank_survive(tmp_path):
    runs.require_modules("mpi4py")
    (tmp_path / "app.py").write_text(killed)
    recorded = runs.record([runs.python3, "app.py"], tmp_path, runs.mpirun(2))
    assert recorded.process.returncode != 0
    assert only(recorded.report(), "MPI_Allreduce")["count"] == 100


def test_beside_another_tool(tmp_path):
    """A tool below ours sees every call, ours count the same."""
    tool = runs.build / "tests/targets/pmpi_tool.so"
    if not tool.exists():
        pytest.skip("no MPI compiler when this was built")
    program = "from mpi4py import MPI\nfor _ in range(9): MPI.COMM_WORLD.Barrier()\n"
    recorded = record(tmp_path, program, 2, launcher=[*runs.mpirun(2), "-x", f"LD_PRELOAD={tool}"])
    assert only(recorded.report(), "MPI_Barrier")["count"] == 18
    assert re.findall(r"init 1 barriers 9$", recorded.process.stdout, re.M) == ["init 1 barriers 9"] * 2


def test_not_counted_where_mpi_is_off(tmp_path):
    report = record(tmp_path, basics, 2, "--no-mpi").report()
    assert all(row["count"] is None for row in report["mpi"])
    assert [note for note in report["run"]["notes"] if "Calls of MPI were not counted" in note]


synchronised = """
import sys, time
from array import array
from mpi4py import MPI
world = MPI.COMM_WORLD
halves = world.Split(world.rank % 2)
between = halves.Create_intercomm(0, world, 1 - world.rank % 2)
data = array('d', [float(world.rank)])
for _ in range(3):
    if world.rank == 0: time.sleep(0.1)
    world.Allreduce(MPI.IN_PLACE, data)
halves.Allreduce(MPI.IN_PLACE, data)
between.Allreduce(array('d', [1.0]), data)
world.Ibarrier().Wait()
print(data[0])
"""


turns = """
from array import array
import time
from mpi4py import MPI
world, data = MPI.COMM_WORLD, array('d', [1.0])
for turn in range(20):
    if turn % 2 == world.rank:
        end = time.perf_counter() + 0.05
        while time.perf_counter() < end: pass
        world.Send(data, 1 - world.rank)
    else:
        world.Recv(data, 1 - world.rank)
"""


def test_ranks_that_take_turns_lose_it_to_serialisation(tmp_path):
    recorded = record(tmp_path, turns, 2)
    report = recorded.report()
    receive = only(report, "MPI_Recv")
    assert receive["wait_state"] == "late_sender"
    balance = report["balance"]
    waited = receive["time_ns"] / 2 / balance["elapsed_ns"]  # by each rank, half of its turns and more
    assert waited > 0.2
    assert receive["wait"] == "at_most" and receive["wait_ns"] >= 0.8 * receive["time_ns"]
    assert balance["serialisation_efficiency"] <= 1 - 0.8 * waited
    starting = sum(row["time_ns"] for row in report["mpi"] if row["call"].startswith("MPI_Init")) / 2 / balance["elapsed_ns"]
    assert balance["transfer_efficiency"] >= 1 - starting - 0.3 * waited
    product = balance["serialisation_efficiency"] * balance["transfer_efficiency"]
    assert product == pytest.approx(balance["communication_efficiency"])
    text = runs.ask("report", recorded.profile).stdout
    assert re.search(r"Parallel efficiency [\d.]+ % = load balance [\d.]+ % [x×] serialisation [\d.]+ % [x×] trans", text), text


def test_barriers_measure_the_waiting(tmp_path):
    recorded = record(tmp_path, synchronised, 2, "--mpi-sync")
    report = recorded.report()
    row = only(report, "MPI_Allreduce", line_of(synchronised, "world.Allreduce"))
    assert row["wait"] == "measured"
    assert row["wait_ns"] >= 3 * 90_000_000
    assert row["wait_ranks"]["argmin"] == 0
    assert only(report, "MPI_Allreduce", line_of(synchronised, "halves.Allreduce"))["wait"] == "measured"
    assert only(report, "MPI_Allreduce", line_of(synchronised, "between.Allreduce"))["wait"] == "at_most"
    bare = runs.run([*runs.mpirun(2), runs.python3, "app.py"], tmp_path)
    numbers = r"\d\.\d"  # of two ranks that write at once
    assert re.findall(numbers, bare.stdout) == re.findall(numbers, recorded.process.stdout) == ["1.0", "1.0"]


def test_ranks_left_out_take_part_in_barriers(tmp_path):
    report = record(tmp_path, synchronised, 2, "--mpi-sync", "--ranks", "1").report()
    row = only(report, "MPI_Allreduce", line_of(synchronised, "world.Allreduce"))
    assert (row["count"], row["wait"]) == (3, "measured")


def test_barriers_only_where_all_ranks_surely_make_them(tmp_path):
    """One rank runs without pyprof: nothing is synchronised, and nobody hangs."""
    (tmp_path / "app.py").write_text(synchronised)
    program = [runs.python3, "app.py"]
    process = runs.run([*runs.two_programs(1), runs.pyprof, "-o", tmp_path / "run.pyprof", "--mpi-sync", *program, ":",
                        "-n", "1", *program], tmp_path, timeout=60)
    assert process.returncode == 0, process.stderr
    report = runs.Recorded(tmp_path, process).report()
    assert only(report, "MPI_Allreduce", line_of(synchronised, "world.Allreduce"))["wait"] == "at_most"
