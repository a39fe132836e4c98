"""Functions called by turns as fast as can be: no sample shows one below another that never calls it (T2).

A twentieth of the 10^6 samples of the full figure, which tests/benchmarks/impossible_stacks.py takes.
"""

import alternating
import pytest
import runs


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_no_stack_is_put_together_from_two_moments(interpreter, tmp_path):
    samples, wrong, seen, unreadable = alternating.sample(interpreter, 100 if runs.full_runs() else 5, tmp_path)
    assert wrong == {}
    assert len(seen) == 9, seen  # each inner function was met, inner_deep below itself too
    assert samples > 5_000  # an engine that delivers less than a tenth is named in the report, not judged here
    assert unreadable <= samples / 1000
