"""Each engine against programs that live awkwardly: nothing differs, and the CPU time is all there.

PYPROF_FULL=1 runs the engine cpu through all of it too, which the other tests use anyway, and more rates.
"""

import json

import check
import engines
import pytest
import runs

targets = runs.top / "tests/targets"
life = runs.build / "tests/targets/life"
all_engines = ("cpu", "perf", "tgkill")
usual_engines = all_engines if runs.full_runs() else ("perf", "tgkill")
rates = (1, 100, 199, 1000, 4000, 10_000) if runs.full_runs() else (1, 199, 10_000)

# Those that an engine could disturb; test_coexistence has them all, with the default engine.
delicate = ("sigwait", "signalfd", "crash", "close_everything", "no_more_files", "small_signal_queue",
            "little_address_space", "sleeping_thread", "descriptors_and_tasks")


def possible(request, tmp_path_factory):
    """An engine that this machine has; else a skip that says why."""
    folder = tmp_path_factory.mktemp("trial")
    run = runs.record([runs.python3, targets / "burn.py", "0.1"], folder, options=["--engine", request.param]).report()["run"]
    if run["engine"] != request.param:
        pytest.skip(f"engine {request.param} is not possible here: {'; '.join(run['notes'])}")
    return request.param


@pytest.fixture(scope="module", params=all_engines)
def any_engine(request, tmp_path_factory):
    return possible(request, tmp_path_factory)


@pytest.fixture(scope="module", params=usual_engines)
def engine(request, tmp_path_factory):
    return possible(request, tmp_path_factory)


def compared(command, engine, folder, rate=199, **variables):
    """The report of a run that looks as it does without pyprof."""
    bare = runs.run(command, folder, **variables)
    recorded = runs.record(command, folder, options=["--engine", engine, "--rate", str(rate)], **variables)
    assert recorded.process.stdout == bare.stdout
    assert recorded.process.returncode == bare.returncode
    lines = [line for line in recorded.process.stderr.splitlines() if not line.startswith("pyprof: ")]
    assert lines == bare.stderr.splitlines()
    report = recorded.report()
    assert report["run"]["engine"] == engine
    return report


def seconds_in(report, name):
    metric = check.metric_of(report)
    return sum(f["total"][metric] for f in report["functions"] if f["name"] == name)


@pytest.mark.parametrize("mode", engines.modes)
def test_awkward_programs(engine, mode, tmp_path):
    report = compared([runs.python3, targets / "engines.py", mode], engine, tmp_path)
    assert check.check_totals(report) == []


def test_time_of_other_programs_is_no_cost(any_engine, tmp_path):
    """A handler that has to wait for its core took no time of the program's: it is not counted, and spares no samples. Where
    it was, handlers took half of the CPU time here, and a sixth of the samples was left out (perf)."""
    quality = compared([runs.python3, targets / "engines.py", "share_a_core"], any_engine, tmp_path, rate=1000)["quality"]
    assert quality["samples"] > 200
    assert quality["handler_s"] < 0.2 * quality["samples"] / 1000
    assert quality["lost"].get("sample_spared", 0) < 0.05 * quality["samples"]


@pytest.mark.parametrize("interpreter", runs.each_interpreter(since="3.12"))
def test_forks_are_not_warned_of(interpreter, tmp_path):
    """CPython 3.12 counts the threads right after a fork; the sampler's must not be among them."""
    report = compared([interpreter, targets / "engines.py", "fork"], "tgkill", tmp_path)
    assert check.check_totals(report) == []


@pytest.mark.parametrize("mode", ["blocked", "threads", "clone", "exec"])
def test_awkward_native_programs(engine, mode, tmp_path):
    report = compared([life, mode], engine, tmp_path, rate=1000)
    assert check.check_totals(report) == []


@pytest.mark.parametrize("mode", delicate)
def test_programs_with_signals_and_limits_of_their_own(engine, mode, tmp_path):
    if engine == "cpu":
        pytest.skip("test_coexistence runs these programs with the engine cpu")
    if engine == "tgkill" and mode == "descriptors_and_tasks":
        pytest.skip("the program lists its threads, and the engine tgkill adds one")
    report = compared([runs.python3, targets / "coexist.py", mode], engine, tmp_path)
    assert check.check_totals(report) == []
    assert "thread_unarmed" not in report["quality"]["lost"]


@pytest.mark.parametrize("rate", rates)
def test_rates(any_engine, rate, tmp_path):
    report = compared([runs.python3, targets / "engines.py", "three_to_one"], any_engine, tmp_path, rate=rate)
    quality = report["quality"]
    print(json.dumps({"engine": any_engine, "asked": rate, "delivered": quality["rate_delivered_hz"],
                      "covered": quality["cpu_covered"]}))
    assert report["run"]["rate_hz"] == rate
    if rate >= 100:
        assert 0.97 <= quality["cpu_covered"] <= 1.03
        whole = seconds_in(report, "three_to_one")
        # 4.5 standard deviations of as many draws as there were signals, and half a point.
        tolerance = 4.5 * (0.75 * 0.25 / quality["signals"]) ** 0.5 + 0.005
        assert abs(seconds_in(report, "long") / whole - 0.75) < tolerance
    if rate in (100, 199):
        assert quality["rate_delivered_hz"] > 50


@pytest.mark.parametrize("rate, expected", [(100, "cpu"), (4000, "perf")])
def test_the_rate_chooses(rate, expected, tmp_path):
    recorded = runs.record([runs.python3, targets / "burn.py", "0.3"], tmp_path, options=["--rate", str(rate)])
    run = recorded.report()["run"]
    if run["engine"] != expected:
        assert run["notes"] and run["notes"][0].startswith("Engine cpu: no perf: "), run
    screen = runs.ask("report", recorded.profile).stdout
    assert f"engine {run['engine']}" in screen
    assert f"\nengine {run['engine']}\n" in "\n" + "\n".join(" ".join(line.split()) for line in runs.ask("info", recorded.profile).stdout.splitlines()) + "\n"


def test_what_is_refused_is_said(tmp_path):
    """Where a sandbox forbids performance events the run goes on with another engine, and says so."""
    command = [runs.python3, targets / "burn.py", "0.5"]
    sandbox = [runs.python3, targets / "without_perf.py"]
    for options in (["--engine", "perf"], ["--rate", "4000"]):
        run = runs.record(command, tmp_path, launcher=sandbox, options=options).report()["run"]
        assert run["engine"] == "cpu"
        assert run["notes"] == [
            "Engine cpu: no perf: kernel.perf_event_paranoid, a sandbox or the limit of locked memory forbids it."]
        (tmp_path / "run.pyprof").unlink()
