"""A short soak: what tests/benchmarks/soak.py runs a thousand times by hand."""

import sys

import runs

sys.path.append(str(runs.top / "tests/benchmarks"))

import soak


def test_fifty_awkward_runs():
    outcomes = soak.soak(count=1000 if runs.full_runs() else 50, seed=1, jobs=2)
    assert [outcome.problem for outcome in outcomes if outcome.problem] == []
    assert len({outcome.mode for outcome in outcomes}) == len(soak.all_modes())
