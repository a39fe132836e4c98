"""Programs that live awkwardly: what the agent must survive, see, and leave alone."""

import pathlib
import subprocess

import check
import pytest
import runs

life = runs.build / "tests/targets/life"


def recorded(folder, *words, **how):
    """Runs life alone and under pyprof and compares what a person sees; gives the report."""
    bare = runs.run([life, *words], folder)
    assert bare.returncode == 0, bare.stdout + bare.stderr
    run = runs.record([life, *words], folder, **how)
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


def test_a_program_becomes_itself_by_each_kind_of_exec(tmp_path):
    """Sampling ends before the new program begins, so that nothing is charged twice and no signal meets it."""
    run = runs.record([life, "become", "40"], tmp_path)
    assert (run.process.stdout, run.process.returncode) == ("became itself\n", 0)
    report = run.report()
    # On a busy machine many a piece ends before the kernel looks at its timer: that part is charged where it ends.
    late = report["quality"]["lost"].get("thread_late", 0) * report["run"]["period_ns"]
    assert total_of(report, "work") > 0.25 * whole(report)
    assert total_of(report, "work") + late > 0.9 * whole(report)
    # Forty pieces of 20 ms end anywhere in a period of 5 ms: 1.1 % is the deviation of their sum. What the loader does
    # before the agent begins is nobody's.
    assert 0.85 < report["quality"]["cpu_covered"] < 1.06


def test_handlers_that_jump_out(tmp_path):
    """None of them jumps out of a sample, after which the thread could not be sampled any more."""
    report = recorded(tmp_path, "jumps", options=("--rate", "2000"))
    assert report["quality"]["lost"].get("reentered", 0) == 0
    assert total_of(report, "work") > 0.9 * whole(report)


def test_a_thousand_short_threads(tmp_path):
    """Most of their CPU time comes without a signal; none of it is lost, and it stays with their start routine."""
    report = recorded(tmp_path, "threads")
    assert total_of(report, "leave_early") > 0.7 * whole(report)


def test_a_thread_of_clone(tmp_path):
    """A bare clone shares the caller's thread-local storage; it is found and sampled all the same."""
    report = recorded(tmp_path, "clone")
    assert total_of(report, "work") > 0.9 * whole(report)


# Where glibc is old, the agent keeps its own table of loaded objects; this installation does so everywhere.
either_lookup = pytest.mark.parametrize("pyprof", [runs.pyprof, runs.build / "tests/own_table/bin/pyprof"],
                                        ids=["loaders_lookup", "own_table"])


@either_lookup
def test_dlopen_resolves_for_its_caller(pyprof, tmp_path):
    report = recorded(tmp_path, "runpath", pyprof=pyprof)
    assert total_of(report, "plugin_work") > 0.9 * whole(report)


def test_an_exec_that_no_hook_sees(tmp_path):
    """A bare system call: what was recorded up to it is kept, and the process is not called killed."""
    script = tmp_path / "twice.py"
    script.write_text(f"""
import ctypes, os, sys
sys.path.insert(0, {str(runs.top / "tests/targets")!r})
from burn import burn
burn(0.3)
if len(sys.argv) == 1:
    words = [os.fsencode(word) for word in (sys.executable, __file__, "again")]
    given = [os.fsencode(name + "=" + value) for name, value in os.environ.items()]
    array = lambda texts: (ctypes.c_char_p * (len(texts) + 1))(*texts, None)
    ctypes.CDLL(None).syscall(59, words[0], array(words), array(given))
print("again")
""")
    run = runs.record([runs.python3, script], tmp_path)
    assert run.process.stdout == "again\n", run.process.stderr
    report = run.report()
    assert [process["exit"] for process in sorted(report["processes"], key=lambda row: row["start_s"])] == ["exec", "exited"]
    assert len({process["pid"] for process in report["processes"]}) == 1
    # What came after the last sample before it is lost.
    assert total_of(report, "burn") / 1e9 == pytest.approx(0.6, abs=0.06)


@either_lookup
def test_libraries_come_and_go(pyprof, tmp_path):
    """Each sample is charged to the library that lay there when it was taken."""
    report = recorded(tmp_path, "storm", pyprof=pyprof)
    metric = check.metric_of(report)
    of = {f["name"]: f for f in report["functions"] if f["name"] in ("plugin_work", "other_work")}
    assert pathlib.Path(of["plugin_work"]["module"]).name == "liblife_plugin.so"
    assert pathlib.Path(of["other_work"]["module"]).name == "liblife_other.so"
    samples = check.samples_in(whole(report), report)
    both = sum(f["total"][metric] for f in of.values())
    assert abs(of["plugin_work"]["total"][metric] / both - 1 / 3) < check.tolerance(1 / 3, check.samples_in(both, report))
    stopped = report["quality"]["lost"].get("unwind_truncated", 0)
    assert stopped < 0.03 * samples, "nothing is guessed while a library is unloaded, but that is soon over"


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
