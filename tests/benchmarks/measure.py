"""What the benchmarks share: runs of whole process trees by turns, medians with intervals, and where results go."""

import datetime
import json
import os
import pathlib
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

top = pathlib.Path(__file__).resolve().parents[2]
build = pathlib.Path(os.environ.get("PYPROF_BUILD", top / "build/dev"))
pyprof = build / "bin/pyprof"
results = top / "docs/benchmarks"
python3 = "/usr/bin/python3"


def clean_environment():
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYPROF_", "LD_PRELOAD"))}
    if os.geteuid() == 0:  # Open MPI wants to be told twice
        kept.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    kept["HWLOC_COMPONENTS"] = "-opencl"  # see tests/support/runs.py
    return {**kept, "OPENBLAS_NUM_THREADS": "1"}


def agent_environment(folder, *options):
    """The environment that the launcher gives to a command: what it adds, without the launcher itself, which names
    functions after the program's end. Its recordings go to `folder`/spool."""
    spool = folder / "spool"
    spool.mkdir(exist_ok=True)
    base = {**clean_environment(), "PYPROF_SPOOL": str(spool)}
    output = folder / "environment.pyprof"
    answer = subprocess.run([pyprof, "-q", "-o", output, *options, "env"], env=base, capture_output=True, text=True)
    output.unlink(missing_ok=True)
    given = dict(line.split("=", 1) for line in answer.stdout.splitlines() if "=" in line)
    added = {name: value for name, value in given.items()
             if name == "LD_PRELOAD" or (name.startswith("PYPROF_") and name != "PYPROF_COMMAND_PID")}
    assert "LD_PRELOAD" in added, answer.stderr
    return {**base, **added}


def empty_environment(folder, rate, engine="cpu"):
    return {**clean_environment(), "LD_PRELOAD": str(build / "tests/empty_handler.so"), "EMPTY_RATE": str(rate),
            "EMPTY_ENGINE": engine, "EMPTY_OUTPUT": str(folder / "empty")}


def somewhere(environment):
    """The environment with a variable of random length, which Python keeps on its heap. Where arrays lie decides a percent
    or two of what NumPy's loops take, and would be the same in all runs of one variant and another for the next."""
    return {**environment, "SOMEWHERE": "x" * random.randrange(600, 1624)}


def run(command, environment):
    """(user + system seconds of the whole tree, wall seconds) of a command that must succeed."""
    placed = somewhere(environment)
    begin = time.perf_counter()
    quiet = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    pid = os.posix_spawnp(str(command[0]), [str(word) for word in command], placed, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - begin
    assert status == 0, f"{command}: status {status}"
    return usage.ru_utime + usage.ru_stime, wall


def by_turns(variants, rounds):
    """variants: name -> () -> figure. One list per variant, taken A B C, B C A, C A B …, so that none always comes first;
    a round that is not counted goes before."""
    taken = {name: [] for name in variants}
    order = list(variants)
    for round_number in range(rounds + 1):
        for name in order:
            figure = variants[name]()
            if round_number > 0:
                taken[name].append(figure)
        order = order[1:] + order[:1]
    return taken


def median_with_interval(values):
    """(median, low, high): the median and its distribution-free interval of at least 95 %, from order statistics."""
    ordered = sorted(values)
    n = len(ordered)
    tail, chance, rank = 0.0, 0.5 ** n, 0
    while rank < n // 2 and tail + chance <= 0.025:
        tail += chance
        rank += 1
        chance *= (n - rank + 1) / rank
    rank = max(rank, 1)
    return statistics.median(ordered), ordered[rank - 1], ordered[n - rank]


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    hz = round(1 / time.clock_getres(6))  # CLOCK_MONOTONIC_COARSE ticks with CONFIG_HZ
    hypervisor = " (virtual)" if "hypervisor" in open("/proc/cpuinfo").read() else ""
    return {"cpu": model + hypervisor, "cores": os.cpu_count(), "kernel": platform.release(), "config_hz": hz,
            "load": round(os.getloadavg()[0], 1)}


def append(page, title, headers, rows, figures):
    """A dated block at the end of docs/benchmarks/`page`.md, and a line of JSON in `page`.jsonl beside it."""
    here, now = machine(), datetime.datetime.now(datetime.timezone.utc)
    revision = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=top, capture_output=True, text=True).stdout
    lines = ["", f"## {now:%Y-%m-%d %H:%M} UTC · {title}",
             f"{here['cpu']}, {here['cores']} cores, Linux {here['kernel']}, CONFIG_HZ {here['config_hz']}, load "
             f"{here['load']} at the end; revision {revision.strip()}; {build.name} build.", "",
             "| " + " | ".join(headers) + " |", "|" + "---|" * len(headers)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    text = "\n".join(lines) + "\n"
    with open(results / f"{page}.md", "a") as file:
        file.write(text)
    with open(results / f"{page}.jsonl", "a") as file:
        line = {"date": now.isoformat(timespec="seconds"), "title": title, "machine": here,
                "revision": revision.strip(), "build": build.name, **figures}
        file.write(json.dumps(line) + "\n")
    sys.stdout.write(text)


class Folder:
    """A temporary folder for spools and outputs."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="pyprof-benchmark-"))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
