"""Reference kernels of MPI: what the profile counts is held against what the program timed around each of its calls."""

import collections
import json

import check
import pytest
import runs
from measured import here, kernel_builds, programs, seconds_at_first

Row = collections.namedtuple("Row", "count bytes ns delay_ns")
every_size = pytest.mark.parametrize("ranks", [2, 3, 4])


class Measured:
    """A run: its report, and its truth: `calls` {(call, line): Row} summed over ranks, `facts` {rank: {name: value}}."""

    def __init__(self, recorded, truth):
        assert recorded.process.returncode == 0, recorded.process.stderr
        self.recorded, self.facts = recorded, {}
        sums = collections.defaultdict(lambda: [0] * len(Row._fields))
        for row in map(json.loads, truth.read_text().splitlines()):
            if "facts" in row:
                self.facts[row["rank"]] = row["facts"]
                continue
            for i, name in enumerate(Row._fields):
                sums[row["call"], row["line"]][i] += row[name]
        self.calls = {key: Row(*values) for key, values in sums.items()}
        self.report = recorded.report()

    def fact(self, name):
        return sum(facts.get(name, 0) for facts in self.facts.values())

    def row(self, call, line):
        (row,) = [row for row in self.report["mpi"] if (row["call"], row["line"]) == (call, line)]
        return row

    def only_line(self, call):
        (line,) = [line for name, line in self.calls if name == call]
        return line

    def rank_report(self, rank):
        return self.recorded.report("--rank", str(rank))


def measure(folder, command, ranks, *options, launcher=()):
    runs.require_modules("mpi4py")
    truth = folder / "truth.jsonl"
    recorded = runs.record(command, folder, launcher or runs.mpirun(ranks), options=options, timeout=300, PYPROF_TRUTH=truth,
                           PYTHONPATH=here / "truth", PYPROF_KERNEL_SECONDS=seconds_at_first, **runs.main_thread_only())
    return Measured(recorded, truth)


def python_kernel(name):
    return [runs.python3, programs / name]


# What lies between the program's clock and the library's, in Python: a call of a method, converted arguments. A rank may
# lose its core right there: to another thread, which it knows, or to another machine of the host.
ns_around_call = 20_000
ns_of_ticks = 3 * 10_000_000


def assert_counted(measured):
    """Counts and bytes exactly; time within what the program's own clock encloses besides the call."""
    assert measured.calls
    for (call, line), true in measured.calls.items():
        row = measured.row(call, line)
        assert (row["count"], row["bytes"]) == (true.count, true.bytes), (call, line)
        assert row["time_ns"] <= true.ns, (call, line)
        around = 0.1 * true.ns + true.count * ns_around_call + true.delay_ns + ns_of_ticks
        assert true.ns - row["time_ns"] <= around, (call, line)
    assert "calls_uncounted" not in measured.report["quality"]["lost"]


def assert_sampled(sampled_ns, true_ns, report):
    """A sum of CPU time within five standard deviations of its samples, and a twentieth. Where more ranks work than there
    are cores, expiries that ticks notice late count for what their thread does then (decision 127)."""
    period = 1e9 / report["run"]["rate_hz"]
    late_ns = (report["quality"]["samples"] - report["quality"]["signals"]) * period
    assert abs(sampled_ns - true_ns) <= 5 * (true_ns * period) ** 0.5 + 0.05 * true_ns + period + late_ns


def cpu_of_function(report, name):
    metric = check.metric_of(report)
    return sum(function["total"][metric] for function in report["functions"] if function["name"] == name)


@every_size
def test_basics_K28(ranks, tmp_path):
    measured = measure(tmp_path, python_kernel("k28_mpi_basics.py"), ranks)
    assert_counted(measured)
    assert {row["kind"] for row in measured.report["mpi"] if row["count"]} >= {"point", "wait", "collective", "barrier", "start"}


def assert_waits(measured, tolerance, how):
    """Each rank waits until the last one comes. Until it then has a core again it waits too, or computes nothing at least."""
    line = measured.only_line("MPI_Allreduce")
    whole = measured.row("MPI_Allreduce", line)
    assert whole["wait"] == how
    for rank, facts in measured.facts.items():
        (row,) = [row for row in measured.rank_report(rank)["mpi"] if (row["call"], row["line"]) == ("MPI_Allreduce", line)]
        # A rank alone has only its own calls to compare, so its part is taken from what all of them say.
        bound = row["time_ns"] if how == "at_most" else row["wait_ns"]
        assert facts["wait_ns"] * (1 - tolerance) <= bound <= (facts["wait_ns"] + facts["after_ns"]) * (1 + tolerance) + ns_of_ticks
    true, after = measured.fact("wait_ns"), measured.fact("after_ns")
    assert true * (1 - tolerance) <= whole["wait_ns"] <= true * (1 + tolerance) + after
    last = max(measured.facts)
    assert whole["wait_ranks"]["argmin"] == last
    assert abs(whole["wait_ranks"]["max"] - measured.facts[0]["wait_ns"]) <= \
        tolerance * measured.facts[0]["wait_ns"] + measured.facts[0]["after_ns"]


@pytest.mark.parametrize("how, tolerance", [("at_most", 0.10), ("measured", 0.03)])
@every_size
def test_imbalance_K29(ranks, how, tolerance, tmp_path):
    measured = measure(tmp_path, python_kernel("k29_imbalance.py"), ranks, *["--mpi-sync"] * (how == "measured"))
    assert_counted(measured)
    assert_waits(measured, tolerance, how)
    late = measured.facts[ranks - 1]["late_ns"]
    receive = measured.row("MPI_Recv", measured.only_line("MPI_Recv"))
    assert receive["kind"] == "point"
    assert receive["time_ns"] >= 0.95 * late
    text = " ".join(runs.ask("report", measured.recorded.profile).stdout.split())
    longest = sorted((row for row in measured.report["mpi"] if row["wait_ns"]), key=lambda row: -row["wait_ns"])[:2]
    if "MPI_Allreduce" in [row["call"] for row in longest]:  # the barrier's may be as long where cores are shared
        assert f"ranks for rank {ranks - 1}." in text, text


def test_waiting_K29_is_no_computing(tmp_path):
    """A rank that polls for the others uses CPU time, which is MPI's."""
    measured = measure(tmp_path, python_kernel("k29_imbalance.py"), 2)
    report = measured.rank_report(0)
    line = measured.only_line("MPI_Allreduce")
    (row,) = [row for row in report["lines"] if row["line"] == line and row["file"].endswith("k29_imbalance.py")]
    assert_sampled(row["split"]["mpi"], measured.facts[0]["cpu_ns"], report)


@every_size
def test_imbalance_K29_in_C(ranks, tmp_path):
    program = kernel_builds / "k29"
    if not program.exists():
        pytest.skip("no MPI compiler when this was built")
    measured = measure(tmp_path, [program], ranks)
    assert_counted(measured)
    assert_waits(measured, 0.10, "at_most")
    assert measured.row("MPI_Allreduce", measured.only_line("MPI_Allreduce"))["file"].endswith("k29.c")


def efficiencies(uses):
    """Parallel, load balance and communication, from (elapsed, in MPI) of each rank."""
    useful = [elapsed - in_mpi for elapsed, in_mpi in uses]
    elapsed = max(elapsed for elapsed, _ in uses)
    mean = sum(useful) / len(useful)
    return mean / elapsed, mean / max(useful), max(useful) / elapsed


@every_size
def test_efficiencies_of_a_known_skew(ranks, tmp_path):
    """What another tool's clock says of each rank's calls."""
    tool, clock = runs.build / "tests/targets/pmpi_clock.so", tmp_path / "clock.jsonl"
    if not tool.exists():
        pytest.skip("no MPI compiler when this was built")
    launcher = [*runs.mpirun(ranks), "-x", f"LD_PRELOAD={tool}", "-x", f"PMPI_CLOCK={clock}"]
    measured = measure(tmp_path, python_kernel("k29_imbalance.py"), ranks, launcher=launcher)
    rows = [json.loads(line) for line in clock.read_text().splitlines()]
    assert sorted(row["rank"] for row in rows) == list(range(ranks))
    true = efficiencies([(row["elapsed_ns"], row["mpi_ns"]) for row in rows])
    balance = measured.report["balance"]
    assert balance["from"] == "calls"
    found = [balance[name] for name in ("parallel_efficiency", "load_balance", "communication_efficiency")]
    assert found == pytest.approx(true, abs=0.02)
    assert true[0] < 0.9  # ranks wait for each other, or this says little


def test_futures_K31(tmp_path):
    """Tasks are their worker's, and what workers do between them is MPI."""
    measured = measure(tmp_path, python_kernel("k31_futures.py"), 3)
    used = {int(name.split()[-1]): ns for name, ns in measured.facts[0].items()}
    assert sorted(used) == [1, 2]
    for worker, true in used.items():
        report = measured.rank_report(worker)
        assert_sampled(cpu_of_function(report, "squares"), true, report)
        in_futures = [row for row in report["mpi"] if row["count"] and row["file"].endswith(("futures/_lib.py", "futures/_core.py"))]
        assert {row["call"] for row in in_futures} & {"MPI_Iprobe", "MPI_Probe", "MPI_Mprobe", "MPI_Improbe"}, report["mpi"]
    assert cpu_of_function(measured.rank_report(0), "squares") == 0


spawn = programs / "k32_spawn.py"
c_worker = kernel_builds / "k32_worker"
each_worker = pytest.mark.parametrize("worker", [[], [c_worker]], ids=["python", "c"])


def measure_spawn(folder, worker, pyprof_first):
    """Under `mpirun pyprof`, or `pyprof mpirun`, whose environment the spawned processes get too."""
    if worker and not c_worker.exists():
        pytest.skip("no MPI compiler when this was built")
    command = [*python_kernel("k32_spawn.py"), *worker]
    if pyprof_first:
        return measure(folder, [*runs.mpirun(2), *command], 2, launcher=["env"])
    return measure(folder, command, 2)


@each_worker
def test_spawned_processes_K32_are_missed_and_said_to_be(worker, tmp_path):
    measured = measure_spawn(tmp_path, worker, pyprof_first=False)
    assert_counted(measured)
    report = measured.report
    assert sorted(row["rank"] for row in report["processes"]) == [0, 1]
    assert [note for note in report["run"]["notes"] if "MPI_Comm_spawn started were not recorded" in note], report["run"]


@each_worker
def test_spawned_processes_K32_are_kept_apart_from_ranks(worker, tmp_path):
    measured = measure_spawn(tmp_path, worker, pyprof_first=True)
    assert_counted(measured)
    report = measured.report
    assert [row["rank"] for row in report["ranks"]] == [0, 1]
    assert report["run"]["ranks"] == 2
    programs_of_job = (str(runs.python3), str(c_worker))  # not mpirun
    ranks = [row["rank"] for row in report["processes"] if row["command"][0] in programs_of_job]
    assert collections.Counter(ranks) == {0: 1, 1: 1, None: 2}
    assert [note for note in report["run"]["notes"] if "2 processes started by MPI_Comm_spawn have no rank" in note]
    if worker:
        line = next(number for number, text in enumerate((programs / "k32_worker.c").read_text().splitlines(), 1)
                    if "MPI_Allreduce" in text)
        row = measured.row("MPI_Allreduce", line)
        assert (row["count"], row["bytes"]) == (2 * 20, 2 * 20 * 50 * 8)
        return
    of_workers = Measured(measured.recorded, tmp_path / "truth.jsonl.workers")
    assert_counted(of_workers)
    cpu_of = {row["pid"]: 1e9 * row["cpu_s"] for row in report["processes"]}
    assert all(cpu_of[facts["pid"]] >= facts["cpu_ns"] for facts in of_workers.facts.values())
    assert_sampled(cpu_of_function(report, "compute"), of_workers.fact("cpu_ns") + measured.fact("cpu_ns"), report)


@every_size
def test_pickle_K33(ranks, tmp_path):
    measured = measure(tmp_path, python_kernel("k33_pickle.py"), ranks)
    objects, buffers = sorted(line for call, line in measured.calls if call == "MPI_Send")
    for line in (objects, buffers):
        assert measured.row("MPI_Send", line)["count"] == measured.calls["MPI_Send", line].count
    assert measured.row("MPI_Send", buffers)["bytes"] == 40 * 8 * 20_000
    # Pickling is no part of the call.
    true = measured.calls["MPI_Send", objects]
    assert measured.row("MPI_Send", objects)["time_ns"] <= true.ns - measured.facts[0]["pickle_ns"]


@every_size
def test_fortran_K34(ranks, tmp_path):
    folder = kernel_builds / "k34_plain"
    if not list(folder.glob("k34*.so")):
        pytest.skip("no Fortran compiler with MPI when this was built")
    measured = measure(tmp_path, [runs.python3, here / "k34_mpi_fortran/k34.py", folder], ranks)
    line = measured.only_line("MPI_Allreduce")
    row = measured.row("MPI_Allreduce", line)
    true = measured.calls["MPI_Allreduce", line]
    assert (row["count"], row["bytes"]) == (measured.fact("calls"), true.bytes)
    assert row["time_ns"] <= true.ns
    assert row["file"].endswith("k34.py")


@every_size
def test_operation_in_python_K35(ranks, tmp_path):
    measured = measure(tmp_path, python_kernel("k35_operation.py"), ranks)
    assert_counted(measured)
    line = measured.only_line("MPI_Reduce")
    metric = check.metric_of(measured.report)
    assert_sampled(cpu_of_function(measured.report, "add_slowly"), measured.fact("cpu_ns"), measured.report)
    (of_line,) = [row for row in measured.report["lines"] if row["line"] == line and row["function"] == "<module>"]
    assert of_line["total"][metric] >= cpu_of_function(measured.report, "add_slowly")


@every_size
def test_threads_K36(ranks, tmp_path):
    measured = measure(tmp_path, python_kernel("k36_threads.py"), ranks)
    assert_counted(measured)
    metric = check.metric_of(measured.report)
    by_name = collections.Counter()
    for thread in measured.report["threads"]:
        by_name[thread["name"]] += thread["self"][metric]
    assert_sampled(by_name["communicates"], measured.fact("communicating_ns"), measured.report)
    assert_sampled(by_name["computes"], measured.fact("computing_ns"), measured.report)
