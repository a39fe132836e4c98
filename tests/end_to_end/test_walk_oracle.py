"""The native walker against libunwind inside each interpreter: the same registers, two walks, no difference allowed.

PYPROF_FULL=1 takes 10^5 samples of each interpreter instead of 5000.
"""

import pytest

import check
import runs
import walk_counts

samples = 100_000 if runs.full_runs() else 5000


def assert_whole(counts):
    """All but a thousandth of the stacks reach their bottom, as far as the number of samples can tell."""
    share = 0.001
    missed, compared = counts["stopped"], counts["compared"]
    assert missed <= compared * share + check.z * (compared * share * (1 - share)) ** 0.5, counts


# With the agent's own table of loaded objects a stack scan takes longer: a higher rate would leave the program no time.
@pytest.mark.parametrize("probe, hertz", [("walk_probe", 3000), ("walk_probe_own_table", 1000)])
@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_every_walk_equals_libunwinds(interpreter, probe, hertz):
    counts = walk_counts.take(interpreter, samples, "mix", probe, hertz)
    assert counts["compared"] >= samples
    assert counts["different"] == 0, counts
    # Hand-written kernels of linear algebra have no unwind information; a tenth of the samples is far above their share.
    # Nearly all of their callers are found all the same.
    assert counts["equal"] >= 0.9 * counts["compared"], counts
    assert_whole(counts)


def test_stacks_in_linear_algebra_are_whole(tmp_path):
    """Not beside libunwind: what its frames leave on the stack looks like callers, to a scan that finds no better one."""
    runs.require_modules("numpy")
    seconds = 400 if runs.full_runs() else 8
    recorded = runs.record([runs.python3, runs.top / "tests/targets/linear_algebra.py", seconds], tmp_path, timeout=600,
                           **runs.main_thread_only())
    unwind = recorded.report()["quality"]["unwind"]
    compared = sum(unwind.values())
    assert unwind["fallback"] > 0.05 * compared, "these kernels are what the scan is for"
    assert_whole({"compared": compared, "stopped": unwind["truncated"]})


def test_stacks_in_numba_code_are_whole():
    """libunwind guesses otherwise in generated code; its frames count up to there."""
    counts = walk_counts.take(walk_counts.interpreter_with_numba(), samples, "numba")
    assert counts["no_unwind_information"] > 0.5 * counts["compared"], "most samples are in generated code"
    assert_whole(counts)
