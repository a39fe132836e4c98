"""Every kind of program gives a readable profile whose CPU time is that of its processes, and behaves as it did."""

import os
import pathlib
import resource
import shutil

import check
import pytest
import runs

targets = runs.top / "tests/targets"
native_program = runs.build / "tests/targets/burn_native"


def cpu_time_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def compare(command, folder):
    """Runs the command alone and under pyprof; what a person sees of it must not differ."""
    before = cpu_time_of_children()
    bare = runs.run(command, folder)
    bare_cpu_s = cpu_time_of_children() - before
    recorded = runs.record(command, folder)
    assert recorded.process.stdout == bare.stdout
    assert recorded.process.returncode == bare.returncode
    assert len(recorded.messages()) <= 2
    others = [line for line in recorded.process.stderr.splitlines() if not line.startswith("pyprof: ")]
    assert others == bare.stderr.splitlines()
    assert recorded.left_in_spool() == []
    recorded.bare_cpu_s = bare_cpu_s
    return recorded


def assert_same_cpu_time(recorded, report):
    """The processes of the profile used what the operating system counted without pyprof."""
    profiled = sum(process["cpu_s"] for process in report["processes"])
    assert 0.9 * recorded.bare_cpu_s - 0.1 < profiled < 1.03 * recorded.bare_cpu_s + 0.1


def assert_readable(recorded, hottest="inner", share=0.8):
    """The totals hold, the function that did the work is on top of the report, and the text says so too."""
    report = recorded.report()
    assert check.check_totals(report) == []
    metric = check.metric_of(report)
    total = sum(thread["self"][metric] for thread in report["threads"])
    # Native functions of the interpreter may stand above a Python function, by their own time.
    hot = next(function for function in report["functions"] if function["name"] == hottest)
    assert hot["total"][metric] > share * total
    text = runs.ask("report", recorded.profile)
    assert text.returncode == 0, text.stderr
    assert hottest in text.stdout
    return report


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_pure_python(interpreter, tmp_path):
    recorded = compare([interpreter, targets / "burn.py", "2.2"], tmp_path)
    report = assert_readable(recorded)
    assert_same_cpu_time(recorded, report)
    assert len(report["processes"]) == 1
    hot = next(line for line in report["lines"] if line["domain"] == "python")
    assert (pathlib.Path(hot["file"]).name, hot["function"]) == ("burn.py", "inner")
    assert (targets / "burn.py").read_text().splitlines()[hot["line"] - 1].strip() in (
        "for i in range(count):", "total += i & 7")


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_threads(interpreter, tmp_path):
    recorded = compare([interpreter, targets / "burn_in_threads.py", "0.7"], tmp_path)
    report = assert_readable(recorded)
    assert_same_cpu_time(recorded, report)
    busy = [thread for thread in report["threads"] if thread["self"][check.metric_of(report)] > 0.5e9]
    assert len(busy) == 4 or any(thread["tid"] == 0 for thread in report["threads"])


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(method, tmp_path):
    command = [runs.python3, targets / "burn_in_processes.py", method, "1.3"]
    report = assert_readable(compare(command, tmp_path))
    busy = [process for process in report["processes"] if process["cpu_s"] > 1]
    assert len(busy) == 2
    assert len({process["pid"] for process in busy}) == 2


def test_os_exit(tmp_path):
    recorded = compare([runs.python3, targets / "burn_and_leave.py", "exit", "2.2"], tmp_path)
    assert recorded.process.returncode == 3
    assert_same_cpu_time(recorded, assert_readable(recorded))


def test_sigkill(tmp_path):
    assert_readable(compare([runs.python3, targets / "burn_and_leave.py", "kill", "2.2"], tmp_path))


@pytest.mark.parametrize("suffix", ["", "_with_hole", "_in_place"])
def test_native_program(suffix, tmp_path):
    report = assert_readable(compare([f"{native_program}{suffix}", "2.2"], tmp_path), hottest="inner_native")
    unwind = report["quality"]["unwind"]
    assert unwind["complete"] > 0.98 * sum(unwind.values()), unwind  # without its headers nothing is
    (hot,) = [function for function in report["functions"] if function["name"] == "inner_native"]
    assert hot["file"].endswith("burn_native.c")


def test_two_programs_in_a_shell(tmp_path):
    burn = targets / "burn.py"
    script = f"{runs.python3} {burn} 1.2 first; {runs.python3} {burn} 1.2 second"
    recorded = compare(["bash", "-c", script], tmp_path)
    report = assert_readable(recorded)
    assert_same_cpu_time(recorded, report)
    assert len(report["processes"]) == 2
    assert all("python" in os.path.basename(process["command"][0]) for process in report["processes"])


def test_a_program_that_becomes_another(tmp_path):
    """Each of the two is charged with its own CPU time, though the clock of the process goes on."""
    recorded = compare([runs.python3, targets / "burn_and_exec.py", "1.2"], tmp_path)
    report = assert_readable(recorded)
    assert_same_cpu_time(recorded, report)
    assert len(report["processes"]) == 2
    assert all(1.1 < process["cpu_s"] < 1.9 for process in report["processes"])


def test_programs_that_help_are_left_alone(tmp_path):
    """A shell, and what it runs around the one Python program, leave nothing in the profile."""
    script = f"true; ls / | cat; {runs.python3} {targets / 'burn.py'} 2.2; sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done'"
    report = assert_readable(compare(["bash", "-c", script], tmp_path))
    assert len(report["processes"]) == 1


def test_program_that_the_loader_was_started_for(tmp_path):
    loader = pathlib.Path("/lib64/ld-linux-x86-64.so.2")
    recorded = compare([loader, runs.python3, targets / "burn.py", "2.2"], tmp_path)
    report = assert_readable(recorded)
    modules = {function["module"] for function in report["functions"] if function["domain"] == "native" and function["module"]}
    assert any(pathlib.Path(module).name.startswith(("python3", "libpython3")) for module in modules), modules
    assert not any("ld-linux" in module and function["self"][check.metric_of(report)] > 1e8
                   for function in report["functions"] for module in [function.get("module") or ""])


def test_pypy_is_named(tmp_path):
    pypy = shutil.which("pypy3")
    if pypy is None:
        pytest.skip("no pypy3 on this machine")
    recorded = runs.record([pypy, targets / "burn.py", "1"], tmp_path)
    assert recorded.process.returncode == 0, recorded.process.stderr
    assert "PyPy" in runs.ask("report", recorded.profile).stdout


def test_pyenv_shim(tmp_path):
    shim = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv")) / "shims/python3"
    if not shim.exists() or shutil.which("pyenv") is None:
        pytest.skip("no pyenv on this machine")
    paths = [pathlib.Path(each.path) for each in runs.all_interpreters() if shim.parents[1] in pathlib.Path(each.path).parents]
    if not paths:
        pytest.skip("pyenv has no version that pyprof reads")
    interpreter = paths[0]
    recorded = runs.record([shim, targets / "burn.py", "2.2"], tmp_path, PYENV_VERSION=interpreter.parents[1].name)
    assert recorded.process.returncode == 0, recorded.process.stderr
    assert len(assert_readable(recorded)["processes"]) == 1
