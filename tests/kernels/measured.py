"""Runs a reference kernel under pyprof, long enough for its samples, and holds its profile against its own truth.

PYPROF_FULL=1 takes 10 000 samples of each, which needs minutes; otherwise a twentieth with the same assertions.
"""

import pathlib

import check
import runs

here = pathlib.Path(__file__).resolve().parent
programs = here / "programs"
required_samples = check.samples_in_full_runs if runs.full_runs() else check.samples_in_short_runs
# At about 199 samples a second. Where timers deliver fewer, the kernel is run again for longer.
seconds_at_first = 64 if runs.full_runs() else 2.9
longest_factor = 8
kernel_builds = runs.build / "tests/kernels"


class Measured:
    """A kernel's run: its profile, and the truth that it wrote, by rank (-1 without MPI)."""

    def __init__(self, recorded, truth):
        self.recorded = recorded
        self.truth = check.read_truth(truth.read_text()) if truth.exists() else {}

    def report(self, rank=-1):
        return self.recorded.report(*(["--rank", str(rank)] if rank >= 0 else []))

    def fewest_samples(self):
        return min(check.samples_in_whole(phases, self.report(rank)) for rank, phases in self.truth.items())


def run_kernel(folder, seconds, command, launcher, arguments_of, **variables):
    folder.mkdir()
    truth = folder / "truth.jsonl"
    recorded = runs.record([*command, *arguments_of(seconds)], folder, launcher, timeout=seconds * 40 + 60,
                           PYPROF_TRUTH=truth, PYTHONPATH=here / "truth", PYPROF_KERNEL_SECONDS=seconds,
                           **{**runs.main_thread_only(), **variables})
    assert recorded.process.returncode == 0, recorded.process.stderr
    return Measured(recorded, truth)


def run_once(folder, program, *arguments):
    """A kernel that measures nothing of itself."""
    return run_kernel(folder / "once", seconds_at_first, [runs.python3, programs / program, *arguments], (),
                      lambda seconds: ())


def measure(folder, program, *arguments, launcher=(), interpreter=runs.python3, arguments_of=lambda seconds: (),
            **variables):
    """Runs a kernel under pyprof, once more if the samples were too few."""
    command = [interpreter, programs / program, *arguments]
    measured = run_kernel(folder / "first", seconds_at_first, command, launcher, arguments_of, **variables)
    samples = measured.fewest_samples()
    if samples < required_samples:
        factor = min(longest_factor, 1.3 * required_samples / max(samples, 1))
        measured = run_kernel(folder / "second", seconds_at_first * factor, command, launcher, arguments_of, **variables)
    return measured


def assert_true(report, phases):
    problems = check.check_totals(report) + check.check_shares(phases, report, required_samples)
    assert not problems, "\n".join(problems)


def functions_below_python(report):
    return {(kernel["name"], kernel["module"]) for kernel in report["kernels"]}
