#!/usr/bin/python3
"""What the agent itself counts of its handler (`handler_ns` in a report's quality) in real runs of 199 Hz, one after the
other: NumPy and BLAS below ten Python frames, and calls of small Python functions (figure C1 at a timer).
Usage: handler_in_runs.py [SECONDS] [RUNS]"""

import csv
import json
import statistics
import subprocess
import sys

import measure

programs = measure.top / "tests/benchmarks/programs"
headers = ["program", "native + Python frames of a sample", "median ns", "p99 ns", "samples", "delivered Hz"]


def answer(*words):
    return subprocess.run([str(word) for word in (measure.pyprof, *words)], capture_output=True, text=True, check=True).stdout


def depths(profile):
    """Mean number of native and of Python frames, over samples."""
    csv.field_size_limit(1 << 30)
    contexts = {row["context"]: row for row in csv.DictReader(answer("export", profile, "--machinery", "--format", "csv",
                                                                     "-o", "-").splitlines())}
    frames = {"": (0, 0)}
    samples, sums = 0, [0, 0]
    for name, row in contexts.items():  # a caller stands before what it calls
        python = row["domain"] == "python"
        native, of_python = frames[row["parent"]]
        frames[name] = (native + (not python), of_python + python)
        samples += int(row["samples"])
        sums = [total + int(row["samples"]) * depth for total, depth in zip(sums, frames[name])]
    return [total / samples for total in sums]


def run(folder, name, words):
    output = folder / "run.pyprof"
    command = [measure.pyprof, "-q", "-o", output, "--", measure.python3, programs / f"{name}.py", *words]
    subprocess.run([str(word) for word in command], env=measure.clean_environment(), check=True, capture_output=True)
    quality = json.loads(answer("report", output, "--json"))["quality"]
    taken = {"median": quality["handler_ns"]["median"], "p99": quality["handler_ns"]["p99"], "samples": quality["samples"],
             "hz": quality["rate_delivered_hz"], "depths": depths(output)}
    output.unlink()
    return taken


def row(name, runs):
    def middle(key):
        return statistics.median(run[key] for run in runs)

    native, python = (statistics.mean(run["depths"][i] for run in runs) for i in (0, 1))
    medians = [run["median"] for run in runs]
    return [name, f"{native:.0f} + {python:.0f}", f"{middle('median'):.0f} ({min(medians)} … {max(medians)})",
            f"{middle('p99'):.0f}", f"{middle('samples'):.0f}", f"{middle('hz'):.0f}"]


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    variants = {"numpy_below": [seconds], "calls": [int(seconds * 100)]}
    with measure.Folder() as folder:
        taken = {name: [] for name in variants}
        for _ in range(rounds):
            for name, words in variants.items():
                taken[name].append(run(folder, name, words))
    measure.append("handler_cost", f"the handler in {rounds} runs of about {seconds:.0f} s each, as the agent counts it", headers,
                   [row(name, runs) for name, runs in taken.items()], {"in_runs": taken})


if __name__ == "__main__":
    main()
