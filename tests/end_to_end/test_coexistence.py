"""Programs that use signals, timers, descriptors and limits of their own see no difference, and are profiled whole."""

import check
import coexist
import pytest
import runs

targets = runs.top / "tests/targets"


@pytest.mark.parametrize("mode", coexist.modes)
def test_nothing_differs(mode, tmp_path):
    command = [runs.python3, targets / "coexist.py", mode]
    bare = runs.run(command, tmp_path)
    recorded = runs.record(command, tmp_path)
    assert recorded.process.stdout == bare.stdout != ""
    assert recorded.process.returncode == bare.returncode
    others = [line for line in recorded.process.stderr.splitlines() if not line.startswith("pyprof: ")]
    assert others == bare.stderr.splitlines()
    report = recorded.report()
    # A thread whose timer the system refuses is not sampled, and counted.
    if "thread_unarmed" not in report["quality"]["lost"] or mode != "small_signal_queue":
        assert check.check_totals(report) == []
    assert report["functions"]
