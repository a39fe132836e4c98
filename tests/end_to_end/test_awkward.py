"""Native programs that do what profilers trip over, and other tools in the same process: nothing differs."""

import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess

import check
import pytest
import runs

targets = runs.build / "tests/targets"
sources = runs.top / "tests/targets"
awkward = targets / "awkward"


def without_addresses(lines):
    return [re.sub(r"0x[0-9a-f]+", "0x…", line) for line in lines]


def compare(command, folder, **how):
    """Runs the command alone and under pyprof; what a person sees must not differ. Gives the recorded run."""
    variables = {name: value for name, value in how.items() if name.isupper()}
    bare = runs.run(command, folder, **variables)
    recorded = runs.record(command, folder, **how)
    assert recorded.process.stdout == bare.stdout
    assert recorded.process.returncode == bare.returncode
    others = [line for line in recorded.process.stderr.splitlines() if not line.startswith("pyprof: ")]
    assert without_addresses(others) == without_addresses(bare.stderr.splitlines())
    return recorded


def share_of_work(report, name="{anonymous}::work"):
    metric = check.metric_of(report)
    total = sum(thread["self"][metric] for thread in report["threads"])
    return sum(f["total"][metric] for f in report["functions"] if f["name"] == name) / total


# Threads that end early, or have no room for a handler, are charged without a stack.
least_share = {"small_stacks": 0.8, "cancelled_threads": 0.5}


@pytest.mark.parametrize("mode", ["alternate_stack", "deep_recursion", "huge_stack", "small_stacks", "cancelled_threads",
                                  "fibres", "spawn", "become_another", "limits", "abort"])
def test_nothing_differs(mode, tmp_path):
    recorded = compare([awkward, mode], tmp_path)
    assert recorded.process.stdout or mode == "abort"
    report = recorded.report()
    assert check.check_totals(report) == []
    # A stack deeper than what is kept is cut: its leaf is there. Threads with small stacks are charged without one.
    assert share_of_work(report) > least_share.get(mode, 0.95)
    assert ("stack_too_small" in report["quality"]["lost"]) == (mode == "small_stacks")


def test_gprof(tmp_path):
    """Both profilers count: gprof's own file is written and names the same function."""
    recorded = compare([targets / "awkward_gprof", "work"], tmp_path)
    assert check.check_totals(recorded.report()) == []
    if shutil.which("gprof") is None:
        pytest.skip("no gprof")
    text = subprocess.run(["gprof", "-b", "-p", targets / "awkward_gprof", tmp_path / "gmon.out"], capture_output=True,
                          text=True, check=True).stdout
    assert "work(double)" in text.splitlines()[5], text


def test_exceptions_are_bound_to_libgcc(tmp_path):
    recorded = compare([awkward, "exceptions"], tmp_path)
    assert check.check_totals(recorded.report()) == []
    run = runs.record([awkward, "exceptions"], tmp_path, LD_DEBUG="bindings", LD_DEBUG_OUTPUT=tmp_path / "bindings").process
    assert run.returncode == 0
    bindings = "".join(path.read_text() for path in tmp_path.glob("bindings.*"))
    bound_to = set(re.findall(r"binding file \S+ \[0\] to (\S+) \[0\]: normal symbol `_Unwind_\w+'", bindings))
    assert {pathlib.Path(path).name for path in bound_to} == {"libgcc_s.so.1"}


def test_exceptions_cost_what_they_did(tmp_path):
    """Printed, not judged: pairs of runs in turn."""
    costs = [[int(process.stderr.split()[0]) for process in
              (runs.run([awkward, "exception_cost"], tmp_path),
               runs.run([runs.pyprof, "-q", "-o", "/dev/null/none", awkward, "exception_cost"], tmp_path))]
             for _ in range(3 if runs.full_runs() else 1)]
    bare, recorded = (statistics.median(column) for column in zip(*costs))
    print(f"throw and catch over 9 frames: {bare} ns alone, {recorded} ns under pyprof")


interposer = targets / "interposer.so"
busy = [runs.python3, sources / "burn_in_threads.py", "0.6"]


def test_another_tool_is_preloaded(tmp_path):
    """Its unwinding calls of open and pthread_create are as many as without pyprof, whose own it never sees."""
    recorded = compare(busy, tmp_path, LD_PRELOAD=interposer)
    assert check.check_totals(recorded.report()) == []


def test_the_list_of_preloaded_libraries_keeps_its_order(tmp_path):
    show = [runs.python3, "-c", "import os; print(os.environ['LD_PRELOAD'])"]
    listed = f"{interposer}:libm.so.6 libdl.so.2"
    run = runs.record(show, tmp_path, LD_PRELOAD=listed)
    ours, others = run.process.stdout.strip().split(":", 1)
    assert pathlib.Path(ours).name == "libpyprof-agent.so"
    assert others == listed


def test_another_tool_comes_first(tmp_path):
    """A program that was told to put its own library in front of everything."""
    shell = ["sh", "-c", f'LD_PRELOAD={interposer}:$LD_PRELOAD exec "$@"', "sh", *busy]
    recorded = compare(shell, tmp_path)
    assert check.check_totals(recorded.report()) == []


def test_another_tool_of_mpi(tmp_path):
    tool = targets / "pmpi_tool.so"
    if not tool.exists():
        pytest.skip("no MPI compiler when this was built")
    program = [*runs.mpirun(2), "-x", f"LD_PRELOAD={tool}"]
    words = [runs.python3, sources / "burn_in_ranks.py", "1.2"]
    bare = runs.run([*program, *words], tmp_path)
    run = runs.record(words, tmp_path, launcher=program)
    assert sorted(run.process.stdout.splitlines()) == sorted(bare.stdout.splitlines())
    assert "tool: rank 1 init 1 barriers 1" in bare.stdout
    assert run.process.returncode == bare.returncode == 0
    report = run.report()
    assert check.check_totals(report) == []
    assert len(report["processes"]) == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a privileged program")
def test_a_privileged_program_is_left_alone(tmp_path):
    """The loader drops the agent from secure programs; the profile of such a command is empty, and said to be."""
    program = pathlib.Path("/tmp") / f"pyprof-test-privileged-{os.getpid()}"  # a folder that others may enter
    shutil.copy(awkward, program)
    try:
        shutil.chown(program, "nobody")
        program.chmod(0o4755)
        run = runs.record([program, "work"], tmp_path)
        assert run.process.stdout == "worked\n"
        assert run.process.returncode == 0
        assert all(line.startswith("pyprof: ") for line in run.process.stderr.splitlines())
        assert run.messages()
    finally:
        program.unlink()


@pytest.mark.parametrize("when", ["before", "after"])
def test_faulthandler_dumps_as_ever(when, tmp_path):
    """A crash is reported with the same traceback, whether faulthandler came before or after the first samples."""
    script = tmp_path / "crash.py"
    enable = "faulthandler.enable(); faulthandler.register(signal.SIGUSR1)"
    lines = ["import ctypes, faulthandler, os, signal, sys", f"sys.path.insert(0, {str(sources)!r})", "from burn import burn"]
    lines += [enable, "burn(1.1)"] if when == "before" else ["burn(1.1)", enable, "burn(0.5)"]
    lines += ["os.kill(os.getpid(), signal.SIGUSR1)", "ctypes.string_at(0)"]
    script.write_text("\n".join(lines))
    recorded = compare([runs.python3, script], tmp_path)
    assert recorded.process.returncode == -11
    assert "Fatal Python error: Segmentation fault" in recorded.process.stderr
    assert recorded.report()["functions"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a file system")
@pytest.mark.parametrize("kilobytes", [40, 600])
def test_a_spool_that_is_full(kilobytes, tmp_path):
    """With too little room from the start the recording goes elsewhere; what fills up later costs detail, not time."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", disk]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("cannot mount")
    fill = f"open({str(disk / 'filler')!r}, 'wb').write(bytes(420 << 10))" if kilobytes > 420 else "pass"
    program = [runs.python3, "-c", f"import sys; sys.path.insert(0, {str(sources)!r}); from burn import burn; burn(1.1); {fill}; "
               "exec('def f(n): burn(0.01) if n == 0 else f(n - 1)'); [f(n) for n in range(100)]; print('burnt')"]
    try:
        bare = runs.run(program, tmp_path)
        (disk / "filler").unlink(missing_ok=True)
        run = runs.record(program, tmp_path, PYPROF_SPOOL=disk)
        assert run.process.stdout == bare.stdout == "burnt\n"
        assert run.process.returncode == 0
        report = run.report()
        assert check.check_totals(report) == []
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a file system")
@pytest.mark.parametrize("mode", ["cpu", "wall"])
def test_threads_and_children_that_start_on_a_full_disk(mode, tmp_path):
    """Threads that find no room for a stack of their own keep their time; a child's recording finds another place."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2000k", "none", disk], capture_output=True).returncode != 0:
        pytest.skip("cannot mount")
    try:
        command = [runs.python3, sources / "fills_disk.py", disk / "filler"]
        run = runs.record(command, tmp_path, options=("--mode", mode), PYPROF_SPOOL=disk)
    finally:
        subprocess.run(["umount", disk], check=True)
    assert run.process.returncode == 0, run.process.stderr
    used = json.loads(run.process.stdout)
    report = run.report()
    assert check.check_totals(report) == []
    lost = report["quality"]["lost"]
    assert lost["file_full"] > 0 and lost["memory_full"] > 0
    (unplaced,) = [row for row in report["functions"] if row["name"] == "[no room in the recording]"]
    assert unplaced["self"]["cpu"] / 1e9 == pytest.approx(used["threads"], abs=0.1)
    if mode == "wall":
        assert unplaced["self"]["wall"] / 1e9 == pytest.approx(used["threads_wall"], rel=0.03)
    assert len(report["processes"]) == 2
    child = min(report["processes"], key=lambda process: process["cpu_s"])
    assert child["self"]["cpu"] / 1e9 == pytest.approx(used["child"], abs=0.05)
