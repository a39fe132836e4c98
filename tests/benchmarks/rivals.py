#!/usr/bin/python3
"""Profiles one program with pyprof and with others, and appends what each costs and what each shows (docs/benchmarks/rivals.md).
Usage: rivals.py [ROUNDS]

The others are installed by pip into a virtual environment in a cache folder; what cannot be had is named. Each runs at its
own default rate. Wall and CPU time are medians over rounds, in turns, of the whole process tree, against the program alone.
"""

import collections
import json
import os
import pathlib
import pstats
import re
import shutil
import statistics
import subprocess
import sys
import time

import measure

sys.path.insert(0, str(measure.top / "tests/support"))
import runs  # noqa: E402, found by the line above

program = measure.top / "tests/benchmarks/programs/known_mix.py"
work_rounds = "60"  # of the program: some four seconds
cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "pyprof-tests/rivals"
packages = ["py-spy", "austin-dist<4", "scalene", "pyinstrument", "memray", "line_profiler"]  # austin 4 needs a newer glibc
python = measure.python3
newest = next((path for version, path in runs.all_interpreters() if version == "3.15"), None)

# Reading of what each writes: [(names of a stack, root first, weight)].


def collapsed(text, name_of):
    """Lines of `frame;frame;… weight`."""
    stacks = []
    for line in text.splitlines():
        stack, _, weight = line.rpartition(" ")
        if stack:
            stacks.append(([name_of(frame) for frame in stack.split(";")], int(weight)))
    return stacks


def of_pyprof(output):
    answer = subprocess.run([measure.pyprof, "export", output, "--format", "collapsed", "-o", "-"],
                            capture_output=True, text=True, check=True)
    return collapsed(answer.stdout, lambda frame: frame.split(" (")[0])


def of_py_spy(output):
    return collapsed(output.read_text(), lambda frame: frame.split(" ")[0])


def of_austin(output):
    return collapsed("\n".join(line for line in output.read_text().splitlines() if line.startswith("P")),
                     lambda frame: frame.split(":")[1] if frame.count(":") >= 2 else frame)


def of_tachyon(output):
    return collapsed(output.read_text(), lambda frame: frame.split(":")[1] if frame.count(":") >= 2 else frame)


def of_pyinstrument(output):
    stacks = []

    def add(frame, above):
        names = [*above, frame["function"]]
        children = frame.get("children", [])
        own = frame["time"] - sum(child["time"] for child in children)
        stacks.append((names, own))
        for child in children:
            add(child, names)

    add(json.loads(output.read_text())["root_frame"], [])
    return stacks


def of_perf(output):
    answer = subprocess.run(["perf", "script", "-i", output, "-F", "comm,ip,sym"], capture_output=True, text=True)
    stacks = []
    for sample in answer.stdout.split("\n\n"):
        frames = [line.split(None, 1)[1] for line in sample.splitlines()[1:] if len(line.split(None, 1)) == 2]
        stacks.append((frames[::-1], 1))
    return stacks


# … or {function: weight with what it calls}, where it keeps no stacks.


def of_cprofile(output):
    return {name: row[3] for (_, _, name), row in pstats.Stats(str(output)).stats.items()}


def of_scalene(output):
    totals = collections.defaultdict(float)
    for file in json.loads(output.with_name(output.name + ".json").read_text())["files"].values():
        for function in file["functions"]:
            share = sum(function[key] for key in ("n_cpu_percent_python", "n_cpu_percent_c", "n_sys_percent"))
            name = function["line"]
            totals["pairs" if re.match("inner_|outer_", name) else name] += share
    return dict(totals)


def of_kernprof(output):
    script = ("import json, sys, line_profiler; stats = line_profiler.load_stats(sys.argv[1]); print(json.dumps("
              "{key[2].split('.')[-1]: sum(line[2] for line in lines) for key, lines in stats.timings.items()}))")
    answer = subprocess.run([cache / "venv/bin/python", "-c", script, output], capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


class Rival:
    def __init__(self, name, command, read=None, interpreter=python, needs=None):
        self.name, self.read, self.interpreter = name, read, interpreter
        self.command, self.needs = command, needs or command(pathlib.Path("x"))[0]

    def is_here(self):
        return self.interpreter is not None and shutil.which(str(self.needs)) is not None


def bare(interpreter):
    return [interpreter, program, work_rounds]


def tool(name):
    return cache / "venv/bin" / name


def rivals():
    found = [
        Rival("pyprof", lambda out: [measure.pyprof, "-q", "-o", out, *bare(python)], of_pyprof),
        Rival("py-spy", lambda out: [tool("py-spy"), "record", "-f", "raw", "-o", out, "--", *bare(python)], of_py_spy),
        Rival("py-spy --native", lambda out: [tool("py-spy"), "record", "--native", "-f", "raw", "-o", out, "--",
                                              *bare(python)], of_py_spy),
        Rival("austin", lambda out: [tool("austin"), "-s", "-o", out, *bare(python)], of_austin),
        Rival("scalene --cpu-only", lambda out: [tool("scalene"), "run", "--cpu-only", "-o", out, program, "---",
                                                 work_rounds], of_scalene),
        Rival("pyinstrument", lambda out: [tool("pyinstrument"), "-r", "json", "-o", out, program, work_rounds],
              of_pyinstrument),
        Rival("memray", lambda out: [tool("memray"), "run", "-q", "-f", "-o", out, program, work_rounds]),
        Rival("cProfile", lambda out: [python, "-m", "cProfile", "-o", out, *bare(python)[1:]], of_cprofile),
        Rival("line_profiler", lambda out: [tool("kernprof"), "-l", "-q", "-p", program, "-o", out, program, work_rounds],
              of_kernprof),
        Rival("perf record", lambda out: ["perf", "record", "-q", "-e", "cpu-clock", "-F", "199", "-g", "-o", out,
                                          *bare(python)], of_perf)]
    if newest:
        found += [Rival("pyprof, 3.15", lambda out: [measure.pyprof, "-q", "-o", out, *bare(newest)], of_pyprof, newest),
                  Rival("profiling.sampling, 3.15", lambda out: [newest, "-m", "profiling.sampling", "run", "--collapsed",
                                                                 "-o", out, *bare(newest)[1:]],
                        of_tachyon, newest)]
    return found


def install():
    if not (cache / "venv").exists():
        subprocess.run([python, "-m", "venv", "--system-site-packages", cache / "venv"], check=True)
    for package in packages:
        subprocess.run([cache / "venv/bin/pip", "-q", "install", package], stderr=subprocess.DEVNULL)


def run(command, environment):
    """(CPU seconds of the whole tree, wall seconds, exit status)"""
    begin = time.perf_counter()
    quiet = [(os.POSIX_SPAWN_OPEN, number, "/dev/null", os.O_RDWR, 0) for number in (0, 1, 2)]
    words = [str(word) for word in command]
    pid = os.posix_spawnp(words[0], words, environment, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - begin, status


def inclusive(found):
    """{function: weight of the stacks it is in}"""
    if isinstance(found, dict):
        return found
    totals = collections.Counter()
    for stack, weight in found:
        for name in set(stack):
            totals[name] += weight
    return totals


def share_error(found, truth):
    """The largest difference, in points, between true and found shares of the program's functions."""
    totals = inclusive(found)
    all_found, all_true = sum(totals.get(name, 0) for name in truth), sum(truth.values())
    if all_found == 0:
        return None
    return 100 * max(abs(totals.get(name, 0) / all_found - true / all_true) for name, true in truth.items())


def impossible(stacks):
    """(stacks with an inner function below another function than its own, stacks with an inner function)"""
    wrong = inner = 0
    for stack, weight in stacks:
        for above, name in zip(stack, stack[1:]):
            if name.startswith("inner_"):
                inner += weight
                wrong += weight * (above != name.replace("inner", "outer"))
    return wrong, inner


def native_named(stacks):
    """The share, in per cent, of time in native code whose innermost frame is a function of it with a name."""
    ours = {"compressed", "product"}
    native = [(stack, weight) for stack, weight in stacks if ours & set(stack)]
    named = sum(weight for stack, weight in native if stack[-1] not in ours and re.match(r"[A-Za-z_]\w{2,}", stack[-1]))
    return 100 * named / sum(weight for _, weight in native) if native else None


def size_of(output):
    return sum(path.stat().st_size for path in output.parent.rglob("*") if path.is_file())


def figure(value, text):
    return "" if value is None else format(value, text)


def seen(rival, output, truth):
    """The cells that tell what a rival's last output shows."""
    if rival.read is None:
        return ["", "", "", ""]
    found = rival.read(output)
    if isinstance(found, dict):
        return ["", figure(share_error(found, truth), ".1f"), "", ""]
    wrong, inner = impossible(found)
    return [f"{len(found)}", figure(share_error(found, truth), ".1f"), f"{100 * wrong / inner:.2f} %" if inner else "",
            figure(native_named(found), ".0f")]


def true_times(interpreter, folder):
    """{function: CPU seconds}, the median of three runs of the program alone."""
    taken = []
    for _ in range(3):
        run(bare(interpreter), {**measure.clean_environment(), "KNOWN_MIX": str(folder / "known")})
        taken.append(json.loads((folder / "known").read_text()))
    return {name: statistics.median(each[name] for each in taken) for name in taken[0]}


def main():
    install()
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    here = [rival for rival in rivals() if rival.is_here()]
    missing = [rival.name for rival in rivals() if not rival.is_here()]
    with measure.Folder() as folder:
        outputs = {rival.name: folder / str(number) / "output" for number, rival in enumerate(here)}
        environment = {**measure.clean_environment(), "PYPROF_SPOOL": str(folder)}
        interpreters = {rival.interpreter for rival in here}
        version_of = {path: "3.15" if path == newest else "system" for path in interpreters}

        def one(rival):
            shutil.rmtree(outputs[rival.name].parent, ignore_errors=True)
            outputs[rival.name].parent.mkdir()
            return run(rival.command(outputs[rival.name]), environment)

        variants = {rival.name: lambda rival=rival: one(rival) for rival in here}
        variants |= {path: lambda path=path: run(bare(path), environment) for path in interpreters}
        taken = measure.by_turns(variants, rounds)
        truths = {path: true_times(path, folder) for path in interpreters}
        rows = []
        for rival in here:
            alone = taken[rival.interpreter]
            wall, cpu = (statistics.median(each[at] / base[at] for each, base in zip(taken[rival.name], alone))
                         for at in (1, 0))
            failed = sum(status != 0 for _, _, status in taken[rival.name])
            rows.append([rival.name, f"{wall:.2f}", f"{cpu:.2f}", *seen(rival, outputs[rival.name], truths[rival.interpreter]),
                         f"{size_of(outputs[rival.name]) / 1024:.0f}", f"{failed} of {rounds}" if failed else ""])
    measure.append("rivals", f"{rounds} rounds; not to be had: {', '.join(missing) or 'none'}",
                   ["profiler", "wall, ×", "CPU, ×", "distinct stacks", "worst share, points off", "impossible stacks",
                    "native time named, %", "KiB written", "failed"],
                   rows, {"taken": {version_of.get(name, name): runs_of for name, runs_of in taken.items()},
                          "truth": {version_of[path]: times for path, times in truths.items()}})


if __name__ == "__main__":
    main()
