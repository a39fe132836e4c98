"""Kernels that need nothing but an interpreter, on each version there is: threads, processes, tasks, imports."""

import check
import pytest
import runs
from measured import assert_true, measure

each_interpreter = pytest.mark.parametrize("interpreter", runs.each_interpreter())


@each_interpreter
@pytest.mark.parametrize("program", ["k03_strings.py", "k04_heat.py"], ids=["K03", "K04"])
def test_lines(program, interpreter, tmp_path):
    measured = measure(tmp_path, program, interpreter=interpreter)
    assert_true(measured.report(), measured.truth[-1])


def assert_threads(report, phases, true_times):
    """Each named thread has the CPU time that it measured, as far as samples can tell."""
    metric = check.metric_of(report)
    found = {thread["name"]: thread["self"][metric] for thread in report["threads"]}
    for name, cpu_ns in true_times.items():
        samples = check.samples_in(cpu_ns, report)
        assert abs(found[name] / cpu_ns - 1) < check.z / samples ** 0.5 + 0.03, (name, found, true_times)


@each_interpreter
def test_threads_that_share_the_lock_K23(interpreter, tmp_path):
    measured = measure(tmp_path, "k23_threads.py", interpreter=interpreter)
    report, phases = measured.report(), measured.truth[-1]
    assert_true(report, phases)
    assert_threads(report, phases, {"first": phases["first"].cpu_ns,
                                    "second": phases["second"].cpu_ns + phases["only in second"].cpu_ns})


@each_interpreter
def test_threads_that_release_the_lock_K24(interpreter, tmp_path):
    measured = measure(tmp_path, "k24_released.py", interpreter=interpreter)
    report, phases = measured.report(), measured.truth[-1]
    assert_true(report, phases)
    assert_threads(report, phases, {name: phases[name].cpu_ns for name in ("first", "second")})
    held = {f["name"]: f["total"]["gil_held"] / f["total"][check.metric_of(report)]
            for f in report["functions"] if f["name"] in ("digest", "compress")}
    assert len(held) == 2 and max(held.values()) < 0.1, held


# The other ways to start a process differ in Python code only, which is much the same in all versions.
each_start = [pytest.param("fork", *each.values, id=f"fork-{each.id}", marks=each.marks) for each in runs.each_interpreter()]
each_start += [pytest.param(method, runs.python3, id=f"{method}-system") for method in ("spawn", "forkserver")]


@pytest.mark.parametrize("method, interpreter", each_start)
def test_processes_K25(method, interpreter, tmp_path):
    measured = measure(tmp_path, "k25_processes.py", method, interpreter=interpreter)
    report = measured.report()
    assert_true(report, measured.truth[-1])
    assert measured.recorded.process.stdout == "K25 done\n"
    busy = [process for process in report["processes"] if process["self"]["samples"] > 0]
    assert len(busy) >= 7  # two of the pool, one at the pipe, two at the queue, the manager's and its client


@each_interpreter
def test_tasks_K26(interpreter, tmp_path):
    measured = measure(tmp_path, "k26_futures.py", interpreter=interpreter)
    report = measured.report()
    assert_true(report, measured.truth[-1])
    metric = check.metric_of(report)
    assert any(t["name"].startswith("pool") and t["self"][metric] for t in report["threads"])
    assert len([process for process in report["processes"] if process["self"]["samples"] > 0]) >= 2


@each_interpreter
def test_imports_K43(interpreter, tmp_path):
    measured = measure(tmp_path, "k43_imports.py", tmp_path / "modules", interpreter=interpreter)
    assert_true(measured.report(), measured.truth[-1])
