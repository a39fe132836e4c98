"""Events counted at each sample, against what the program itself counted."""

import json

import pytest
import runs

target = runs.top / "tests/targets/count.py"


def of_function(report, name, metric):
    return sum(row["total"][metric] for row in report["functions"] if row["name"] == name and row["domain"] == "python")


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("counters")
    events = "perf::TASK-CLOCK,perf::PAGE-FAULTS,rusage::minflt,rusage::nvcsw,PAPI_NO_SUCH,rusage::nonsense"
    recorded = runs.record([runs.python3, target], folder, options=("--counters", events))
    assert recorded.process.returncode == 0, recorded.process.stderr
    return recorded, json.loads(recorded.process.stdout), recorded.report()


def test_faults_belong_to_the_function_that_causes_them(counted):
    _, truths, report = counted
    for metric in ("rusage::minflt", "perf::PAGE-FAULTS"):
        expected = sum(truth["fault"][0] for truth in truths.values())
        found = of_function(report, "fault", metric)
        # What is counted between two samples goes to the later one: at each end of a phase one sample's share moves.
        samples = of_function(report, "fault", "samples")
        ends = 2 * len(truths)
        assert abs(found - expected) <= expected * ends / samples + 100, metric


def test_switches_belong_to_the_function_that_sleeps(counted):
    _, truths, report = counted
    total = sum(row["self"]["rusage::nvcsw"] for row in report["threads"])
    expected = sum(switches for truth in truths.values() for _, switches in truth.values())
    assert total >= expected * 0.9
    # A thread that only sleeps is rarely sampled, so its switches may go to the phase after.
    dozing = of_function(report, "doze", "rusage::nvcsw") + of_function(report, "spin", "rusage::nvcsw")
    assert dozing >= 0.9 * sum(truth["doze"][1] for truth in truths.values())


def test_the_task_clock_is_the_cpu_time(counted):
    report = counted[2]
    clock = sum(row["self"]["perf::TASK-CLOCK"] for row in report["threads"])
    cpu = sum(row["self"]["cpu"] for row in report["threads"])
    assert clock == pytest.approx(cpu, rel=0.05)
    for row in report["threads"]:
        if row["self"]["samples"] > 50:
            assert row["self"]["perf::TASK-CLOCK"] == pytest.approx(row["self"]["cpu"], rel=0.1)


def test_what_cannot_be_counted_is_said_once_for_each_host(counted):
    recorded, _, report = counted
    assert report["run"]["counters"] == ["perf::PAGE-FAULTS", "perf::TASK-CLOCK", "rusage::minflt", "rusage::nvcsw"]
    notes = [note for note in report["run"]["notes"] if "cannot be counted" in note]
    assert len(notes) == 1
    assert "PAPI_NO_SUCH: " in notes[0] and "rusage::nonsense: there are rusage::nvcsw" in notes[0]


def test_every_table_shows_the_counters(counted):
    recorded = counted[0]
    for by in ("function", "line", "thread", "process"):
        head = runs.ask("report", recorded.profile, "--by", by, "--csv").stdout.splitlines()[0]
        assert "rusage::minflt" in head and "perf::TASK-CLOCK_ns" in head and "faults_per_s" in head
    by_faults = runs.load_report(recorded.profile, "--metric", "rusage::minflt")
    assert by_faults["metrics"][0] == {"name": "rusage::minflt", "unit": "count"}


def test_descriptors_of_counters_are_not_inherited_and_never_read_when_taken(tmp_path):
    program = """
import os, subprocess, sys
def spin():
    import time
    end = time.process_time() + 0.5
    while time.process_time() < end: pass
spin()
listing = subprocess.run(["ls", "/proc/self/fd"], capture_output=True, text=True, close_fds=False).stdout.split()
print(len(listing))
os.closerange(3, 64)
ends = [os.pipe() for _ in range(8)]
for _, end in ends: os.write(end, b"x" * 4096)
spin()
for reading, _ in ends:
    assert os.read(reading, 8192) == b"x" * 4096
print("whole")
"""
    bare = runs.run([runs.python3, "-c", program], tmp_path)
    recorded = runs.record([runs.python3, "-c", program], tmp_path, options=("--counters", "perf::TASK-CLOCK"))
    assert recorded.process.stdout == bare.stdout
    assert recorded.process.returncode == 0
    assert recorded.report()["quality"]["lost"]["counters_lost"] == 1
