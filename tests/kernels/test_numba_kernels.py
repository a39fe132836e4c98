"""K21, K22: what Numba compiles, held against the program's own clocks."""

import re

import check
import runs
from measured import measure


def jit_functions(report):
    return {function["name"]: function for function in report["functions"] if function["domain"] == "jit"}


def assert_compile_time(report, phase):
    """What the compiler took for the calls of a phase that does nothing else."""
    rows = [row for row in report["compiling"] if row["file"] == phase.file
            and phase.line_first <= row["line"] <= phase.line_last]
    sampled = check.samples_in(sum(row["total"][check.metric_of(report)] for row in rows), report)
    expected = check.samples_in(phase.cpu_ns, report)
    assert abs(sampled - expected) < check.z * expected ** 0.5 + 0.1 * expected, (sampled, expected)


def test_numba_K21(tmp_path):
    runs.require_modules("numba")
    for run, from_cache in [("first", 0), ("second", 1)]:
        (tmp_path / run).mkdir()
        measured = measure(tmp_path / run, "k21_numba.py", tmp_path / "cache")
        assert f"K21 done, {from_cache} from the cache" in measured.recorded.process.stdout
        report, phases = measured.report(), measured.truth[-1]
        assert not check.check_totals(report)
        assert not check.check_shares({name: phase for name, phase in phases.items() if name != "compile"}, report)
        assert_compile_time(report, phases["compile"])
        found = jit_functions(report)
        assert {"harmonic", "from_cache", "with_object_mode", "from_c"} <= set(found)
        assert not [name for name in found if name.startswith("[")]
        assert any(re.search("parfor", name) for name in found), set(found)
        assert any(f["name"] == "in_python" for f in report["functions"])


def test_nogil_K22(tmp_path):
    """Each thread has its time, however they overlapped: who holds the lock has Python lines, others the compiled one."""
    runs.require_modules("numba")
    measured = measure(tmp_path, "k22_nogil.py")
    report, phases = measured.report(), measured.truth[-1]
    assert not check.check_totals(report)
    assert not check.check_shares(phases, report)
    metric = check.metric_of(report)
    compiled = jit_functions(report)["released"]["self"][metric]
    assert abs(compiled / phases["released"].cpu_ns - 1) < 0.15
    busy = [thread for thread in report["threads"] if thread["self"][metric] > 0.1 * phases["whole"].cpu_ns]
    assert len(busy) >= 3 or any(thread["folded"] >= 3 for thread in report["threads"])
