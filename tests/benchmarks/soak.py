#!/usr/bin/python3
"""The fault matrix, again and again: `soak.py [--runs N] [--seed S] [--jobs J] [--only BEGINNING] [--write]`.

Each run is one program that does one awkward thing, under pyprof; half of them are killed: the command, the launcher or
the group, while it starts, while it runs, or while the profile is gathered and named; of MPI jobs mpirun, at any time, the
merge included. A run fails if
  it hangs (30 s), or processes of it stay behind;
  it was left alone and its stdout, stderr or exit status are not those of the program without pyprof;
  it was killed and printed what the program does not print;
  the profile, or the recordings that a killed launcher left, cannot be read.
Runs depend on the seed and their number alone, as far as the machine's timing lets them. --write appends the result to
docs/benchmarks/soak.md.
"""

import argparse
import collections
import concurrent.futures
import datetime
import os
import pathlib
import platform
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

top = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(top / "tests/support"), str(top / "tests/targets")]

import runs
import soak_target

page = top / "docs/benchmarks/soak.md"
program = [runs.python3, top / "tests/targets/soak_target.py"]
limit_s = 30
phases = ("start", "run", "end")
victims = ("command", "launcher", "group")
Outcome = collections.namedtuple("Outcome", "mode kill problem")


def all_modes():
    modes = [mode for mode in soak_target.modes if mode != "after_exec"] + ["full_disk"]
    return modes if shutil.which("mpirun") else [mode for mode in modes if not mode.startswith("mpi_")]


def words_of(mode, profiled):
    launcher = runs.mpirun(2) if mode.startswith("mpi_") else []
    pyprof = [runs.pyprof, "-o", "run.pyprof", "--"] if profiled else []
    words = [*launcher, *pyprof, *program, "plain" if mode == "full_disk" else mode]
    return [str(word) for word in words]


def environment(folder):
    plugins = runs.build / "tests/targets/plugins"
    return runs.environment(folder, PYPROF_TEST_PLUGINS=plugins, PYTHONDONTWRITEBYTECODE="1")


def start(mode, profiled, folder):
    # The streams are files: a pipe would be held open by what a killed launcher leaves behind.
    with open(folder / "out", "wb") as out, open(folder / "err", "wb") as err:
        return subprocess.Popen(words_of(mode, profiled), cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL,
                                stdout=out, stderr=err, start_new_session=True)


def seen_of(process, folder):
    """What a person sees: stdout, stderr without pyprof's lines and addresses, exit status."""
    err = (folder / "err").read_text(errors="replace").splitlines()
    lines = [re.sub(r"0x[0-9a-f]+|\[?vm[:\-]\d+\]?|\b\d{3,}\b", "#", line) for line in err if not line.startswith("pyprof: ")]
    return (folder / "out").read_text(errors="replace"), lines, process.returncode


def members_of(session):
    """Pids of the session that still run."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def commands_of(session, launcher):
    """The process that the launcher follows; [] before it is there and after its end."""
    try:
        children = pathlib.Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()
        return [int(pid) for pid in children if b"soak_target" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()]
    except OSError:
        return []


def wait_for_phase(process, phase, dice):
    """Returns when it is time to kill; a moment of the phase by chance."""
    if phase == "start" or phase == "any":
        time.sleep(dice.uniform(0, 0.08 if phase == "start" else 2))
        return
    deadline = time.monotonic() + 5
    while not commands_of(process.pid, process.pid) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    if phase == "run":
        time.sleep(dice.uniform(0, 0.3))
        return
    while commands_of(process.pid, process.pid) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(dice.uniform(0, 0.15))


def kill(process, victim, number):
    targets = [process.pid] if victim in ("launcher", "mpirun") else commands_of(process.pid, process.pid)
    try:
        if victim == "group":
            os.killpg(process.pid, number)
        for target in targets if victim != "group" else []:
            os.kill(target, number)
    except ProcessLookupError:
        pass


def end_session(session):
    """Kills what runs of it; gives the command lines and what each waits for."""
    left = []
    for pid in members_of(session):
        try:
            folder = pathlib.Path(f"/proc/{pid}")
            left.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()[-80:] + (folder / "wchan").read_text())
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
    return left


def wait_for_all(process):
    """False if the process, or another of its session, is still there after the limit."""
    deadline = time.monotonic() + limit_s
    try:
        process.wait(limit_s)
    except subprocess.TimeoutExpired:
        return False
    while members_of(process.pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def is_readable(profile):
    return runs.ask("report", profile, "--json").returncode == 0


def problem_of_files(folder):
    """Every profile and every recording that is left opens."""
    for profile in folder.glob("*.pyprof"):
        if not is_readable(profile):
            return f"{profile.name} cannot be read"
    left = [path for path in (folder / "spool").rglob("*.rec*") if not is_young(path)]
    if not left:
        return None
    merged = runs.ask("merge", *left, "-o", folder / "left.pyprof")
    if merged.returncode != 0:
        return f"what was left in the spool cannot be merged: {merged.stderr.strip()}"
    return None if is_readable(folder / "left.pyprof") else "what was left in the spool cannot be read"


def is_young(recording):
    """Its process was killed before the header was written."""
    return not any(recording.read_bytes()[:8])


class FullDisk:
    """A spool on a small disk."""

    def __init__(self, folder):
        self.spool = folder / "spool"

    def __enter__(self):
        self.spool.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=560k", "none", self.spool]
        self.mounted = subprocess.run(mount, capture_output=True).returncode == 0

    def __exit__(self, *_):
        if self.mounted:
            subprocess.run(["umount", self.spool], check=True)


def fill(spool, dice):
    """Takes what room there is, a moment after the program has started."""
    time.sleep(dice.uniform(0, 0.2))
    try:
        with open(spool / "filler", "wb", buffering=0) as filler:
            while spool.is_mount() and filler.write(bytes(4096)):
                pass
    except OSError:
        pass


def bare_runs(modes):
    """What each program that ends shows without pyprof."""
    shown = {"mpi_hang": None}
    for mode in set(modes) - set(shown):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            process = start(mode, False, folder)
            process.wait(60)
            shown[mode] = seen_of(process, folder)
    return shown


def judge(mode, killed, process, folder, bare):
    out, err, status = seen_of(process, folder)
    if killed:
        # Two ranks' streams mix; a killed program prints a part of what it would have.
        if not mode.startswith("mpi_") and not bare[0].startswith(out):
            return f"printed {out!r}"
    elif mode.startswith("mpi_"):
        if (sorted(out), status) != (sorted(bare[0]), bare[2]):
            return f"differs: {out!r}, status {status}, not {bare[2]}: {err[-3:]}"
    elif (out, err, status) != bare:
        return f"differs: {out!r} {err[-3:]} {status}"
    return problem_of_files(folder)


def plan_of(mode, dice):
    """When whom is killed by what."""
    number = dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
    if mode == "mpi_hang":
        number = signal.SIGTERM
    return ("any", "mpirun", number) if mode.startswith("mpi_") else (dice.choice(phases), dice.choice(victims), number)


def one_run(number, seed, modes, bare):
    dice = random.Random(f"{seed}/{number}")
    mode = modes[number % len(modes)]
    plan = plan_of(mode, dice) if dice.random() < 0.5 or mode == "mpi_hang" else None
    with tempfile.TemporaryDirectory(prefix="pyprof-soak-") as name:
        folder = pathlib.Path(name)
        if mode == "full_disk":
            with FullDisk(folder):
                problem = watch(mode, plan, folder, dice, bare[mode])
        else:
            problem = watch(mode, plan, folder, dice, bare[mode])
    if problem: print(f"run {number}, {mode}, {plan}: {problem}", file=sys.stderr, flush=True)
    return Outcome(mode, f"{plan[0]}, {plan[1]}" if plan else "none", problem and f"run {number}, {mode}, {plan}: {problem}")


def watch(mode, plan, folder, dice, bare):
    process = start(mode, True, folder)
    if mode == "full_disk":
        fill(folder / "spool", dice)
    if plan:
        phase, victim, number = plan
        wait_for_phase(process, phase, dice)
        kill(process, victim, number)
    if not wait_for_all(process):
        left = end_session(process.pid)
        process.wait()
        return f"hangs: {left}"
    return judge(mode, plan is not None, process, folder, bare)


def soak(count, seed, jobs, only=""):
    modes = [mode for mode in all_modes() if mode.startswith(only)]
    bare = bare_runs(modes)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda number: one_run(number, seed, modes, bare), range(count)))


def summary(outcomes, seed):
    kills = collections.Counter(outcome.kill for outcome in outcomes)
    modes = collections.Counter(outcome.mode for outcome in outcomes)
    problems = [outcome.problem for outcome in outcomes if outcome.problem]
    lines = [f"{len(outcomes)} runs, seed {seed}: {len(problems)} failed.", "",
             "Programs: " + ", ".join(f"{mode} {number}" for mode, number in sorted(modes.items())) + ".",
             "Kills (phase, victim): " + ", ".join(f"{kill} {number}" for kill, number in sorted(kills.items())) + "."]
    return lines + [f"- {problem}" for problem in problems]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="programs whose names begin so")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    outcomes = soak(arguments.runs, arguments.seed, arguments.jobs, arguments.only)
    lines = summary(outcomes, arguments.seed)
    print("\n".join(lines))
    if arguments.write:
        with page.open("a", encoding="utf-8") as file:
            heading = f"## {datetime.date.today()}, {platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}"
            file.write("\n".join(["", heading, "", *lines]) + "\n")
    return 1 if any(outcome.problem for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
