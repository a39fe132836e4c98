"""The native walker against libunwind inside each interpreter: the same registers, two walks, no difference allowed.

PYPROF_FULL=1 takes 10^5 samples of each interpreter instead of 5000.
"""

import json
import os
import pathlib
import subprocess

import pytest

import runs

here = pathlib.Path(__file__).resolve().parent
samples = 100_000 if os.environ.get("PYPROF_FULL") == "1" else 5000


# With the agent's own table of loaded objects a stack scan takes longer: a higher rate would leave the program no time.
@pytest.mark.parametrize("probe, hertz", [("walk_probe", 3000), ("walk_probe_own_table", 1000)])
@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_every_walk_equals_libunwinds(interpreter, probe, hertz):
    probe = runs.build / f"tests/{probe}.so"
    run = subprocess.run([interpreter, here / "walk_oracle_target.py", probe, str(samples), str(hertz)],
                         capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stdout + run.stderr
    counts = json.loads(run.stdout.splitlines()[-1])
    assert counts["compared"] >= samples
    assert counts["different"] == 0, run.stdout
    # Hand-written kernels of linear algebra have no unwind information; a tenth of the samples is far above their share.
    # Nearly all of their callers are found all the same.
    assert counts["equal"] >= 0.9 * counts["compared"], run.stdout
    assert counts["stopped"] <= 0.005 * counts["compared"], run.stdout
