"""Merged stacks of real interpreters against what the interpreter itself says (tests/targets/python_oracle.py)."""

import json
import os
import pathlib
import subprocess
import warnings

import pytest

import hung
import runs

target = runs.top / "tests/targets/python_oracle.py"
full = 100_000  # of each interpreter and walker
samples = full if runs.full_runs() else full // 20


def every_interpreter(since=8):
    """All there are from 3.SINCE on, by version and place: static ones and shared ones, stripped and not."""
    places = {"usr": "system", ".pyenv": "pyenv", "bullseye": "bullseye", "trixie": "trixie", "sid": "sid"}
    parameters, found = [], runs.all_interpreters()
    for version in (v for v in runs.python_versions if int(v.split(".")[1]) >= since):
        paths = [each.path for each in found if each.version == version]
        for path in paths:
            place = next((name for part, name in reversed(places.items()) if part in pathlib.Path(path).parts), "other")
            parameters.append(pytest.param(path, id=f"{version}-{place}"))
        if not paths:
            parameters.append(pytest.param(
                None, id=version, marks=pytest.mark.skip(reason=f"no CPython {version} on this machine")))
    return parameters


each_interpreter = pytest.mark.parametrize("interpreter", every_interpreter())
each_walker = pytest.mark.parametrize("walker", ["agent", "libgcc"])


def ask(interpreter, walker, mode, count, options=(), **variables):
    command = [interpreter, "-X", "faulthandler", *options, str(target), str(runs.build / "tests/libpython_oracle.so"),
               walker, mode, str(count)]
    process = run(command, {**os.environ, **variables})
    pathlib.Path(f"/tmp/perf-{process.pid}.map").unlink(missing_ok=True)  # of -X perf
    assert process.returncode == 0, process.stdout + process.stderr
    answer = json.loads(process.stdout.splitlines()[-1])
    # One evaluation loop, or two halves of one; where its symbol covers it, it is that.
    assert answer["loops"] in (1, 2) and answer["loop_is_as_named"] != 0, answer
    return answer


def run(command, environment):
    """Once more where the interpreter's threads wait for each other and none is inside the walk: condition variables of
    glibc before 2.41 lose a wake-up now and then (its bug 25847), and CPython waits on one without a time limit."""
    timeout = 1000 if runs.full_runs() else 100
    try:
        return hung.run(command, timeout, env=environment)
    except hung.Hung as problem:
        stacks = str(problem)
        if "on_timer" in stacks or "on_synchronous" in stacks or "pthread_cond" not in stacks:
            raise
        warnings.warn(f"run again: {stacks}")
        return hung.run(command, timeout, env=environment)


@each_interpreter
@each_walker
def test_every_stack_is_what_getframe_says(interpreter, walker):
    answer = ask(interpreter, walker, "exact", samples)
    assert answer["taken"] >= samples
    assert answer["matched"] == answer["taken"], answer["problems"]


@each_interpreter
def test_a_very_deep_stack_keeps_both_ends(interpreter):
    leaf, root, frames_cut = 512, 64, 4
    answer = ask(interpreter, "agent", "deep", 3000)
    found, expected = answer["found"], answer["expected"]
    assert len(found) == leaf + root and answer["specials"].count(frames_cut) == 1
    assert found[1:leaf] == expected[1:leaf] and found[-root:] == expected[-root:]
    assert found[0][0] == expected[0][0]  # the innermost went on from where it was


@pytest.mark.parametrize("interpreter", every_interpreter(since=12))
def test_stacks_are_right_where_each_function_has_a_trampoline(interpreter):
    answer = ask(interpreter, "agent", "exact", samples // 10, options=("-X", "perf"))
    assert answer["matched"] == answer["taken"] >= samples // 10, answer["problems"]


@pytest.mark.parametrize("interpreter", every_interpreter(since=14))
def test_stacks_are_right_in_code_compiled_at_run_time(interpreter):
    answer = ask(interpreter, "agent", "exact", samples // 10, PYTHON_JIT="1")
    assert answer["matched"] == answer["taken"] >= samples // 10, answer["problems"]


@each_interpreter
def test_markers_moved_by_one_native_frame_are_noticed(interpreter):
    answer = ask(interpreter, "agent", "shifted", 200)
    assert answer["taken"] >= 200
    assert answer["matched"] == 0


@each_interpreter
@each_walker
def test_stacks_taken_at_any_instruction_hold_together(interpreter, walker):
    answer = ask(interpreter, walker, "timers", 10_000)
    few = 3 + answer["samples"] // 1000
    assert answer["samples"] >= 200
    assert answer["detached"] > 0   # most threads wait for the GIL, and still show their frames
    assert answer["has_python"] >= answer["samples"] - answer["no_python"] - few
    for rare in ("no_python", "unreadable", "inexact", "attached_wrong", "owner_not_loop"):
        assert answer[rare] <= few, answer
    # The first and last instructions of the loop's function run without a marker.
    assert answer["loop_without_marker"] <= 10 * few, answer


@each_interpreter
def test_code_of_two_interpreters_on_one_thread_is_one_stack(interpreter):
    answer = ask(interpreter, "agent", "interpreters", 1)
    assert answer["names"] == answer["expected"]
    assert answer["activations"] == answer["expected_activations"]
    assert answer["exact"] == 1


@each_interpreter
def test_an_interpreter_loaded_as_a_plug_in_is_found_and_walked(interpreter):
    question = "import sys; print(sys.version_info[0], sys.version_info[1], sys.base_prefix)"
    major, minor, prefix = subprocess.run([interpreter, "-c", question], capture_output=True, text=True,
                                          check=True).stdout.split()
    libraries = sorted(pathlib.Path(prefix, "lib").rglob(f"libpython{major}.{minor}.so.1.0"))
    if not libraries:
        pytest.skip(f"{interpreter} has no shared library")
    command = [*runs.loader_of(interpreter), runs.build / "tests/python_embedding", libraries[0]]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60,
                         env={"PYTHONHOME": prefix, "PATH": "/usr/bin:/bin"})
    assert run.returncode == 0, run.stdout + run.stderr
