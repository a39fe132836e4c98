#!/usr/bin/python3
"""Runs handler_cost a few times and appends the best and the median of its medians (figures C1 and T4's speed).
Usage: handler_cost.py [RUNS]"""

import collections
import json
import statistics
import subprocess
import sys

import measure


def run():
    """name -> {counter: ns}"""
    answer = subprocess.run([measure.build / "tests/handler_cost", "--benchmark_format=json"],
                            env=measure.clean_environment(), stdout=subprocess.PIPE, text=True, check=True)
    found = {}
    for entry in json.loads(answer.stdout)["benchmarks"]:
        counters = {name: value for name, value in entry.items() if name.endswith("_ns")}
        name = "/".join(entry["name"].split("/")[:3 if entry["name"].startswith("native_walk") else 2])
        found[name] = counters or {"mean_ns": entry["cpu_time"]}
        found[name].update({name: entry[name] for name in ("native", "python", "frames") if name in entry})
    return found


def main():
    runs = [run() for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 7)]
    figures = collections.defaultdict(lambda: collections.defaultdict(list))
    for each in runs:
        for name, counters in each.items():
            for counter, value in counters.items():
                figures[name][counter].append(value)
    rows = []
    for name, counters in figures.items():
        frames = " + ".join(f"{statistics.median(counters[kind]):.0f} {kind}" for kind in ("frames", "native", "python")
                            if kind in counters)
        times = [f"{counter[:-3]} {min(values):.0f}–{statistics.median(values):.0f}"
                 for counter, values in counters.items() if counter.endswith("_ns")]
        rows.append([name, frames, ", ".join(times)])
    measure.append("handler_cost", f"nanoseconds, best and median of {len(runs)} runs", ["benchmark", "frames", "ns"],
                   rows, {"figures": figures})


if __name__ == "__main__":
    main()
