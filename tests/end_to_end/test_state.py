"""The interpreter's state: the cycle collector and its finalizers, the lock held and released. The truth is the program's
own CPU clock."""

import json
import math

import pytest
import runs

target = runs.top / "tests/targets/collect.py"
collection = "[garbage collection]"


def stacks_of(recorded):
    """[(frames from the root, weight)] of the profile."""
    answer = runs.ask("export", recorded.profile, "--format", "collapsed", "-o", "-")
    assert answer.returncode == 0, answer.stderr
    rows = [line.rpartition(" ") for line in answer.stdout.splitlines()]
    return [(stack.split(";"), int(weight)) for stack, _, weight in rows]


def has_function(frame, name):
    return name in frame.replace("(", ".").replace(" ", ".").split(".")


@pytest.fixture(scope="module", params=runs.each_interpreter())
def collected(request, tmp_path_factory):
    seconds = 4 if runs.full_runs() else 0.8
    recorded = runs.record([request.param, target, seconds],
                           tmp_path_factory.mktemp("state"))
    assert recorded.process.returncode == 0, recorded.process.stderr
    return recorded, json.loads(recorded.process.stdout), recorded.report()


def within(share, expected, samples):
    return abs(share - expected) <= 4.5 * math.sqrt(expected * (1 - expected) / samples) + 0.02


def test_the_collector_has_the_time_between_its_callbacks(collected):
    _, truth, report = collected
    rows = [row for row in report["functions"] if row["name"] == collection]
    assert len(rows) == 1, "not one function"
    share = rows[0]["total"]["cpu"] / 1e9 / report["run"]["cpu_s"]
    assert within(share, truth["collector"] / report["run"]["cpu_s"], report["quality"]["samples"])


def test_its_category_is_that_time_without_finalizers(collected):
    _, truth, report = collected
    share = report["categories"]["gc"] / 1e9 / report["run"]["cpu_s"]
    own = truth["collector"] - truth["finalizers"]
    assert within(share, own / report["run"]["cpu_s"], report["quality"]["samples"])


def test_it_stands_below_the_line_that_began_it(collected):
    recorded, truth, _ = collected
    began_in = {"collects_on_request": 0, "allocates": 0, "finalizes": 0, "bystander": 0, "holds": 0, "releases": 0}
    for frames, weight in stacks_of(recorded):
        if collection in frames:
            callers = frames[:frames.index(collection)]
            for name in began_in:
                began_in[name] += weight * any(has_function(frame, name) for frame in callers)
    assert began_in["collects_on_request"] > 0 and began_in["allocates"] > 0 and began_in["finalizes"] > 0, began_in
    assert began_in["bystander"] == 0, began_in
    # What is left of a collection that a callback of this program's began is in none of these.
    assert began_in["holds"] + began_in["releases"] <= 0.02 * began_in["collects_on_request"], began_in


def test_finalizers_keep_their_frames_below_it(collected):
    recorded, truth, _ = collected
    below = apart = 0
    for frames, weight in stacks_of(recorded):
        if any(has_function(frame, "burn") for frame in frames):
            below += weight if collection in frames else 0
            apart += weight if collection not in frames else 0
    assert below > 0 and apart <= 0.05 * below, (below, apart)


def test_the_lock_is_held_but_in_code_that_released_it(collected):
    _, truth, report = collected
    threads = report["python_threads"]
    assert threads["gil"] and threads["cpu_ns"] == pytest.approx(report["run"]["cpu_s"] * 1e9, rel=0.03)
    released = 1 - threads["attached_ns"] / threads["cpu_ns"]
    assert within(released, truth["releases"] / report["run"]["cpu_s"], report["quality"]["samples"])
    held = {row["name"].split(".")[-1]: row["total"].get("gil_held", 0) / row["total"]["cpu"]
            for row in report["functions"] if row["domain"] == "python" and row["total"]["cpu"]}
    assert held["releases"] < 0.1
    assert held["collects_on_request"] > 0.98


def test_the_report_says_it(collected):
    recorded, _, report = collected
    shown = runs.ask("report", recorded.profile).stdout
    assert "GIL held" in shown and "of the CPU time of threads with Python, released" in shown
    if runs.ask("report", recorded.profile, "--metric", "gil_held").returncode != 0:
        pytest.fail("gil_held is no metric")
    assert "gil_held" in runs.ask("report", recorded.profile, "--by", "function").stdout


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
@pytest.mark.parametrize("mode", ["cpu", "wall"])
def test_threads_have_the_names_of_threading(interpreter, mode, tmp_path):
    recorded = runs.record([interpreter, runs.top / "tests/targets/thread_names.py", 0.15], tmp_path,
                           options=("--mode", mode), PYTHONIOENCODING="utf-8")
    assert recorded.process.returncode == 0, recorded.process.stderr
    names = json.loads(recorded.process.stdout)
    found = [row["name"] for row in recorded.report()["threads"] if row["python"]]
    assert set(names["ran"]) <= set(found), found
    if mode == "wall":
        assert names["waited"] in found, found
    # Of the first thread and those that threading did not start the kernel's.
    assert any(name not in names["ran"] + [names["waited"]] for name in found)


# Earlier versions keep the running task where it is found by running Python only.
with_tasks = [each for each in runs.each_interpreter() if each.id in ("3.14", "3.15")]


@pytest.mark.parametrize("interpreter", with_tasks)
def test_asyncio_tasks_stand_above_their_coroutines(interpreter, tmp_path):
    recorded = runs.record([interpreter, runs.top / "tests/targets/tasks.py", 0.5], tmp_path, PYTHONIOENCODING="utf-8")
    assert recorded.process.returncode == 0, recorded.process.stderr
    truth = json.loads(recorded.process.stdout)
    report = recorded.report()
    found = {row["name"]: row["total"]["cpu"] / 1e9 for row in report["functions"] if row["name"].startswith("[task ")}
    assert set(found) == {"[task first page]", "[task zweite Seite Ω]", "[task checks]", "[task nameless]", "[task main]"}
    for name, seconds in truth.items():
        if name != "main":  # which runs asyncio itself at its end
            share = found[f"[task {name}]"] / report["run"]["cpu_s"]
            assert within(share, seconds / report["run"]["cpu_s"], report["quality"]["samples"]), name
    for frames, _ in stacks_of(recorded):
        for name, coroutine in (("[task checks]", "visits"), ("[task nameless]", "nameless")):
            if name in frames:
                assert coroutine in frames[frames.index(name) + 1], frames
