"""Programs that live awkwardly: what the agent must survive, see, and leave alone."""

import pathlib
import subprocess

import check
import pytest
import runs

life = runs.build / "tests/targets/life"


def recorded(folder, *words):
    """Runs life alone and under pyprof and compares what a person sees; gives the report."""
    bare = runs.run([life, *words], folder)
    assert bare.returncode == 0, bare.stdout + bare.stderr
    run = runs.record([life, *words], folder)
    assert run.process.stdout == bare.stdout
    assert run.process.returncode == 0
    report = run.report()
    assert check.check_totals(report) == []
    return report


def total_of(report, name):
    metric = check.metric_of(report)
    return sum(f["total"][metric] for f in report["functions"] if f["name"] == name)


def whole(report):
    metric = check.metric_of(report)
    return sum(thread["self"][metric] for thread in report["threads"])


@pytest.mark.parametrize("mode", ["blocked", "sigprof", "exec"])
def test_signals_and_failing_execs(mode, tmp_path):
    report = recorded(tmp_path, mode)
    assert total_of(report, "work") > 0.9 * whole(report)


def test_a_thousand_short_threads(tmp_path):
    """Most of their CPU time comes without a signal; none of it is lost, and it stays with their start routine."""
    report = recorded(tmp_path, "threads")
    assert total_of(report, "leave_early") > 0.7 * whole(report)


def test_a_thread_of_clone(tmp_path):
    """A bare clone shares the caller's thread-local storage; it is found and sampled all the same."""
    report = recorded(tmp_path, "clone")
    assert total_of(report, "work") > 0.9 * whole(report)


def test_dlopen_resolves_for_its_caller(tmp_path):
    report = recorded(tmp_path, "runpath")
    assert total_of(report, "plugin_work") > 0.9 * whole(report)


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_an_interpreter_that_arrives_late(interpreter, tmp_path):
    question = "import sysconfig; print(sysconfig.get_config_var('LIBDIR') + '/' + sysconfig.get_config_var('INSTSONAME'))"
    library = subprocess.run([interpreter, "-c", question], capture_output=True, text=True).stdout.strip()
    if not pathlib.Path(library).name.startswith("libpython") or not pathlib.Path(library).exists():
        pytest.skip(f"{interpreter} has no shared libpython")
    report = recorded(tmp_path, "host", library)
    inner = [f for f in report["functions"] if f["name"] == "inner"]
    assert inner and inner[0]["domain"] == "python"
    assert total_of(report, "inner") > 0.8 * whole(report)
