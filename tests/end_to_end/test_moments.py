"""The moments of samples: an even choice of all samples, each with when and where it was taken, from the agent to the page."""

import collections
import json
import math
import re
import sys

import pytest
import runs
from page_data import Page

unit_of_a_recording_ns = 1 << 19

# Prints where each phase begins and ends: wall clock since 1970, and CPU time of the thread.
phases = """\
import json, sys, threading, time
def spin():
    return sum(range(300))
def phase_a(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        spin()
def phase_b(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        spin()
def run():
    said = []
    for phase, seconds in ((phase_a, float(sys.argv[1])), (phase_b, float(sys.argv[2]))):
        begin, cpu = time.time_ns(), time.thread_time_ns()
        phase(seconds)
        said.append([phase.__name__, begin, time.time_ns(), time.thread_time_ns() - cpu])
    return said
"""


def page_of(recorded, folder):
    answer = runs.ask("report", recorded.profile, "--html", folder / "page.html")
    assert answer.returncode == 0, answer.stderr
    return Page(folder / "page.html")


class Moments:
    """The moments of a page: of each its process, thread, nanoseconds on the page's axis, and the functions from root to leaf."""

    def __init__(self, page):
        self.header = page.header
        columns, strings = page.columns, page.header["strings"]
        names = [strings[number] for number in columns["function.name"]]
        contexts = [()]
        for up, location in list(zip(columns["context.up"], columns["context.location"]))[1:]:
            contexts.append(contexts[len(contexts) - up] + (names[columns["location.function"][location]],))
        unit = page.header["run"]["moment_unit_ns"]
        process = [i for i, each in enumerate(page.header["processes"]) for _ in range(each["moments"])]
        assert len(process) == len(columns["moment.time"]) == len(columns["moment.node"]) == len(columns["moment.thread"])
        self.all = [(process[i], columns["moment.thread"][i], columns["moment.time"][i] * unit,
                     contexts[columns["moment.node"][i]]) for i in range(len(process))]
        for i, thread, _, _ in self.all:
            assert page.header["threads"][thread]["process"] == i
        self.weights = collections.Counter()  # of the metric, by thread, from the tree
        context = 0
        for step, thread, samples, extra in zip(columns["value.step"], columns["value.thread"], columns["value.samples"],
                                                page.wide("value.extra")):
            signed = extra - (1 << 64) if extra >> 63 else extra
            self.weights[thread] += samples * page.header["run"]["period_ns"] + signed

    def lost(self):
        return {loss["cause"]: loss["count"] for loss in self.header["quality"]["lost"]}.get("moment_skipped", 0)

    def check_sums(self, slack_ns=0):
        """What the moments of a process stand for is what its threads have, up to one stride and what was lost."""
        for i, process in enumerate(self.header["processes"]):
            weight = sum(w for thread, w in self.weights.items() if self.header["threads"][thread]["process"] == i)
            stride = process["moment_stride_ns"]
            lost = self.lost() * max(stride, self.header["run"]["period_ns"])
            assert abs(process["moments"] * stride - weight) <= stride + lost + slack_ns, process
            times = [time for of, _, time, _ in self.all if of == i]
            assert times == sorted(times)

    def began_ns(self, process):
        """What the page's axis counts from, for clocks of one host: the start of its first process."""
        return self.header["run"]["started_realtime_ms"] * 1_000_000


def check_phases(said, moments, period_ns):
    """Each moment within the phase that it tells of, and as many of each as it lasted."""
    counts = collections.Counter()
    for _, _, time, functions in moments.all:
        for name, begin, end, _ in said:
            if name not in functions:
                continue
            counts[name] += 1
            at = moments.began_ns(0) + time
            slack = period_ns + unit_of_a_recording_ns + 1_000_000  # the start is told in whole milliseconds
            assert begin - slack <= at <= end + slack, (name, begin, at, end)
    all_cpu = sum(cpu for *_, cpu in said)
    n = sum(counts.values())
    for name, _, _, cpu in said:
        share = cpu / all_cpu
        assert abs(counts[name] / n - share) <= 4.5 * math.sqrt(share * (1 - share) / n) + 2 / n
    return counts


def test_moments_tell_phases_apart(tmp_path):
    (tmp_path / "program.py").write_text(phases + "print(json.dumps(run()))\n")
    recorded = runs.record([runs.python3, "program.py", "1.6", "0.8"], tmp_path)
    said = json.loads(recorded.process.stdout)
    moments = Moments(page_of(recorded, tmp_path))
    moments.check_sums()
    assert moments.header["processes"][0]["moment_stride_ns"] == moments.header["run"]["period_ns"]
    counts = check_phases(said, moments, moments.header["run"]["period_ns"])
    assert sum(counts.values()) * 5_025_125 >= 0.9 * sum(cpu for *_, cpu in said)
    told = runs.ask("info", recorded.profile).stdout
    (line,) = re.findall(r"moments +([\d ]+) samples with their moments, one for each 5.03 ms", told)
    assert int(line.replace(" ", "")) == len(moments.all)


def test_moments_of_threads_stay_with_their_threads_also_when_these_are_folded(tmp_path):
    (tmp_path / "program.py").write_text(phases + """\
def work(seconds):
    phase_a(seconds)
for round in range(100):
    thread = threading.Thread(target=work, args=(0.02,))
    thread.start()
    thread.join()
said = run()
""")
    recorded = runs.record([runs.python3, "program.py", "0.5", "0.1"], tmp_path)
    assert recorded.process.returncode == 0, recorded.process.stderr
    moments = Moments(page_of(recorded, tmp_path))
    moments.check_sums()
    threads = moments.header["threads"]
    counts = collections.Counter(thread for _, thread, _, _ in moments.all)
    assert any(threads[thread]["folded"] for thread in counts)
    for thread, weight in moments.weights.items():
        assert counts[thread] * moments.header["run"]["period_ns"] == weight, threads[thread]
    for _, thread, _, functions in moments.all:
        is_main = threads[thread]["tid"] == moments.header["processes"][0]["pid"]
        assert not ("phase_b" in functions and not is_main)
        assert not ("work" in functions and is_main)


def test_a_run_with_more_samples_than_places_keeps_an_even_choice(tmp_path):
    (tmp_path / "program.py").write_text(phases + """\
thread = threading.Thread(target=phase_b, args=(5,))
thread.start()
phase_a(5)
thread.join()
""")
    recorded = runs.record([runs.python3, "program.py"], tmp_path, options=["--engine", "tgkill", "--rate", "900"])
    moments = Moments(page_of(recorded, tmp_path))
    moments.check_sums()
    process, period = moments.header["processes"][0], moments.header["run"]["period_ns"]
    assert moments.header["quality"]["samples"] > 8192  # as many as there are places
    assert process["moment_stride_ns"] == 2 * period
    counts = collections.Counter(name for *_, stack in moments.all for name in stack if name in ("phase_a", "phase_b"))
    n = sum(counts.values())
    assert abs(counts["phase_a"] - n / 2) <= 4.5 * math.sqrt(n) / 2


def test_a_forked_child_has_moments_of_its_own(tmp_path):
    (tmp_path / "program.py").write_text(phases + """\
import os
phase_a(0.4)
child = os.fork()
if child == 0:
    phase_b(0.4)
    os._exit(0)
os.waitpid(child, 0)
""")
    recorded = runs.record([runs.python3, "program.py"], tmp_path)
    moments = Moments(page_of(recorded, tmp_path))
    moments.check_sums()
    functions = {i: {name for of, _, _, stack in moments.all for name in stack if of == i and name.startswith("phase")}
                 for i in range(2)}
    assert sorted(functions.values(), key=sorted) == [{"phase_a"}, {"phase_b"}]
    first_of = {name: min(time for _, _, time, stack in moments.all if name in stack) for name in ("phase_a", "phase_b")}
    assert first_of["phase_b"] - first_of["phase_a"] >= 0.3e9  # the child began after 0.4 s of its parent


def test_wall_moments_tell_of_waits(tmp_path):
    (tmp_path / "program.py").write_text(phases + "phase_a(0.5)\ntime.sleep(1.0)\nphase_b(0.5)\n")
    recorded = runs.record([runs.python3, "program.py"], tmp_path, options=["--mode", "wall"])
    page = page_of(recorded, tmp_path)
    moments = Moments(page)
    period = moments.header["run"]["period_ns"]
    moments.check_sums(slack_ns=period * len(moments.header["threads"]))  # each may keep less than a period
    asleep = [time for _, _, time, stack in moments.all if "[sleeping]" in stack or any("sleep" in name for name in stack)]
    assert abs(len(asleep) * period - 1e9) <= 4.5 * period * math.sqrt(1e9 / period)
    of_a = [time for _, _, time, stack in moments.all if "phase_a" in stack]
    of_b = [time for _, _, time, stack in moments.all if "phase_b" in stack]
    assert max(of_a) <= min(asleep) + 2 * 16_000_000 and max(asleep) <= min(of_b) + 2 * 16_000_000  # waits are looked at so often


def test_ranks_have_moments_of_their_own(tmp_path):
    launcher = runs.mpirun(4)
    (tmp_path / "program.py").write_text("from mpi4py import MPI\n" + phases + "phase_a(0.3)\nphase_b(0.3)\n")
    recorded = runs.record([runs.python3, "program.py"], tmp_path, launcher=launcher)
    assert recorded.process.returncode == 0, recorded.process.stderr
    moments = Moments(page_of(recorded, tmp_path))
    moments.check_sums()
    assert sorted(process["rank"] for process in moments.header["processes"]) == [0, 1, 2, 3]
    for i in range(4):
        of_a = [time for of, _, time, stack in moments.all if of == i and "phase_a" in stack]
        of_b = [time for of, _, time, stack in moments.all if of == i and "phase_b" in stack]
        assert of_a and of_b
        assert max(of_a) <= min(of_b) + moments.header["run"]["period_ns"] + unit_of_a_recording_ns


if __name__ == "__main__":
    sys.exit(pytest.main([__file__]))
