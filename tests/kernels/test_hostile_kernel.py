"""K49: what profilers trip over, held against the program's own clock or what the operating system counted."""

import signal

import check
import pytest
import runs
from measured import assert_true, measure, programs, run_once

each_interpreter = runs.each_interpreter()


def assert_cpu_time(sampled_ns, cpu_ns, report):
    """As far as samples can tell, and 3 %."""
    samples = check.samples_in(cpu_ns, report)
    assert abs(sampled_ns / cpu_ns - 1) < check.z / samples ** 0.5 + 0.03, (sampled_ns, cpu_ns, samples)


@pytest.mark.parametrize("interpreter", each_interpreter)
def test_stacks_K49(interpreter, tmp_path):
    measured = measure(tmp_path, "k49_stacks.py", interpreter=interpreter)
    report = measured.report()
    assert_true(report, measured.truth[-1])
    in_second = [f["total"][check.metric_of(report)] for f in report["functions"] if f["name"] == "spin_in_second"]
    cpu_ns = int(measured.recorded.process.stdout.split()[-1])
    if cpu_ns > 1_000_000:
        assert_cpu_time(sum(in_second), cpu_ns, report)


def test_greenlets_K49(tmp_path):
    """What the greenlet of a function uses has that function at its root, as in its tracebacks."""
    runs.require_modules("greenlet")
    measured = run_once(tmp_path, "k49_greenlets.py")
    report, phases = measured.report(), measured.truth[-1]
    assert not check.check_totals(report)
    for name in ("two in turn", "a new one", "none"):
        (sampled_ns,) = check.sampled(phases[name], report).values()
        assert_cpu_time(sampled_ns, phases[name].cpu_ns, report)


def test_many_processes_K49(tmp_path):
    """Processes of about a period: most have one sample or none, and all together have the time that they used."""
    recorded = run_once(tmp_path, "k49_processes.py").recorded
    report = recorded.report()
    metric, processes = check.metric_of(report), len(report["processes"])
    assert processes > 50
    used = 1e9 * float(recorded.process.stdout.split()[-1])
    profiled = sum(thread["self"][metric] for thread in report["threads"])
    period = 1e9 / report["run"]["rate_hz"]
    by_chance = check.z * period / 2 * processes ** 0.5 / used  # each ends somewhere in its last period
    # What the kernel uses to make a process and to take it down is not part of any program.
    assert -0.2 - by_chance < profiled / used - 1 < 0.03 + by_chance, (profiled, used, by_chance)
    assert abs(report["quality"]["cpu_covered"] - 1) < 0.03 + by_chance
    (work,) = [f for f in report["functions"] if f["name"] == "short_process"]
    assert work["total"][metric] > 0.5 * profiled


ends = {"segment": signal.SIGSEGV, "abort": signal.SIGABRT, "overflow": signal.SIGSEGV, "thread": signal.SIGSEGV}
each_end = [pytest.param("segment", *each.values, id=f"segment-{each.id}", marks=each.marks) for each in each_interpreter]
each_end += [pytest.param(how, runs.python3, id=f"{how}-system") for how in ends if how != "segment"]


@pytest.mark.parametrize("how, interpreter", each_end)
def test_crashes_K49(how, interpreter, tmp_path):
    """The profile of a program that dies is readable, and has all of its time."""
    recorded = runs.record([interpreter, programs / "k49_crash.py", how], tmp_path)
    assert recorded.process.returncode == -ends[how], recorded.process.stderr
    report = recorded.report()
    work = sum(f["total"][check.metric_of(report)] for f in report["functions"] if f["name"] == "spin")
    assert_cpu_time(work, 5e8, report)
    assert 0.96 <= report["quality"]["cpu_covered"] <= 1.04
    assert recorded.left_in_spool() == []
