#!/usr/bin/python3
"""Runs the reference kernels and appends, for each phase, its true share beside the sampled one (figure T1).
Usage: kernel_shares.py [--full] [PYTEST OPTION…]. --full takes 10 000 samples of each run, which needs hours."""

import collections
import json
import os
import statistics
import subprocess
import sys

import measure

tests = measure.top / "tests"


def run(full, options):
    """(one object for each share of each run, pytest's last line)"""
    with measure.Folder() as folder:
        environment = {**os.environ, "PYPROF_BUILD": str(measure.build), "PYPROF_SHARES": str(folder / "shares"),
                       "PYTHONPATH": f"{tests / 'support'}:{tests / 'kernels'}", "PYPROF_FULL": "1" if full else "0"}
        answer = subprocess.run([measure.python3, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests / "kernels", *options],
                                env=environment, cwd=measure.top, capture_output=True, text=True)
        sys.stderr.write(answer.stdout)
        with open(folder / "shares", encoding="utf-8") as file:
            return [json.loads(line) for line in file], answer.stdout.strip().splitlines()[-1].strip("= ")


def row(kernel, phase, way, shares):
    worst = max(shares, key=lambda share: abs(share["sampled"] - share["true"]) / share["allowed"])
    mean = {name: statistics.mean(share[name] for share in shares) for name in ("true", "sampled")}
    return [kernel, phase, way, len(shares), f"{100 * mean['true']:.1f} %", f"{100 * mean['sampled']:.1f} %",
            f"{100 * (mean['sampled'] - mean['true']):+.1f}", f"{100 * abs(worst['sampled'] - worst['true']):.1f} of "
            f"{100 * worst['allowed']:.1f}", f"{min(share['samples'] for share in shares):.0f}"]


def main():
    full = "--full" in sys.argv
    shares, summary = run(full, [word for word in sys.argv[1:] if word != "--full"])
    of_phase = collections.defaultdict(list)
    for share in shares:
        way = share["way"].split()[0].rstrip("s")  # a function, or lines, whatever their numbers
        of_phase[share["kernel"], share["phase"], way].append(share)
    rows = [row(*key, found) for key, found in sorted(of_phase.items())]
    off = [share["sampled"] - share["true"] for share in shares]
    measure.append("kernel_shares", f"true and sampled shares, {summary}",
                   ["kernel", "phase", "found by", "runs", "true", "sampled", "apart, points", "worst, points", "samples ≥"],
                   rows, {"shares": len(shares), "mean_difference": statistics.mean(off)})


if __name__ == "__main__":
    main()
