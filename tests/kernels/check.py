#!/usr/bin/python3
"""Holds what pyprof reports against what a program measured of itself.

usage: check.py TRUTH.jsonl REPORT.json [--full]

TRUTH.jsonl is what truth.py and truth.h write. REPORT.json is `pyprof report --json --limit 0` of the same run, of one
rank where there are several. Two questions are asked:

shares  |sampled − true| ≤ z·√(p(1−p)/N) + 0.005 for every phase's share p of the phase `whole`, N being the samples
        in `whole`. Too few samples fail, they do not widen the tolerance.
totals  the CPU time in the profile is 0.97–1.03 of what the processes used, and exclusive values sum to the total.
"""

import argparse
import json
import os
import statistics
import sys
from collections import namedtuple

# At most so many shares are checked in one run of the whole suite; all together may fail by chance once in 100 runs.
checks_in_suite = 1500
false_alarms = 0.01
z = statistics.NormalDist().inv_cdf(1 - false_alarms / checks_in_suite / 2)
systematic = 0.005

samples_in_full_runs = 10_000
samples_in_short_runs = samples_in_full_runs // 20

Phase = namedtuple("Phase", "name file line_first line_last function symbol domain rank cpu_ns kernel", defaults=[""])
Share = namedtuple("Share", "kernel phase way true sampled allowed samples")


def read_truth(text):
    """Phases by name, summed over threads; {rank: {name: Phase}}."""
    ranks = {}
    for line in text.splitlines():
        row = json.loads(line)
        phases = ranks.setdefault(row["rank"], {})
        known = phases.get(row["phase"])
        phases[row["phase"]] = Phase(
            row["phase"], row["file"], row["line_first"], row["line_last"], row.get("function"), row["symbol"],
            row["domain"], row["rank"], row["cpu_ns"] + (known.cpu_ns if known else 0), row["kernel"])
    return ranks


def metric_of(report):
    return report["metrics"][0]["name"]


def sampled(phase, report):
    """The time that the profile gives a phase, in nanoseconds, by each way of looking it up: {way: value}."""
    metric = metric_of(report)
    ways = {}
    if phase.symbol:
        ways[f"function {phase.symbol}"] = sum(
            f["total"][metric] for f in report["functions"]
            if f["name"] == phase.symbol and (not f["file"] or phase.file == f["file"]))
    if phase.domain == "python" and phase.function:
        ways[f"lines {phase.line_first}-{phase.line_last}"] = sum(
            line["total"][metric] for line in lines_within(phase, report) if line["function"] == phase.function)
    if phase.domain == "native" and phase.line_last:
        ways[f"lines {phase.line_first}-{phase.line_last}"] = sum(
            line["self"][metric] for line in lines_within(phase, report))
    return ways


def lines_within(phase, report):
    return [line for line in report["lines"] if line["file"] == phase.file and line["domain"] == phase.domain
            and phase.line_first <= line["line"] <= phase.line_last]


def tolerance(share, samples):
    return z * (share * (1 - share) / samples) ** 0.5 + systematic


def samples_in(value, report):
    """How many samples a value stands for: an expiry that came as an overrun adds weight, but no sample."""
    return value * report["quality"]["rate_delivered_hz"] / 1e9


def samples_in_whole(phases, report):
    (value,) = sampled(phases["whole"], report).values()
    return samples_in(value, report)


def shares(phases, report):
    """Every phase's share of the phase `whole`, by each way of looking it up; phases are those of one rank."""
    whole = phases["whole"]
    (whole_sampled,) = sampled(whole, report).values()
    samples = samples_in_whole(phases, report)
    return [Share(whole.kernel, phase.name, way, phase.cpu_ns / whole.cpu_ns, value / whole_sampled,
                  tolerance(phase.cpu_ns / whole.cpu_ns, samples), samples)
            for phase in phases.values() for way, value in sampled(phase, report).items()]


def check_shares(phases, report, required_samples=samples_in_short_runs):
    """Sentences about every share that is wrong. The file $PYPROF_SHARES gets all shares, one JSON object a line."""
    samples = samples_in_whole(phases, report)
    if samples < required_samples:
        return [f"only {samples:.0f} samples in {phases['whole'].file}, {required_samples} are needed to judge it"]
    found = shares(phases, report)
    if "PYPROF_SHARES" in os.environ:
        with open(os.environ["PYPROF_SHARES"], "a", encoding="utf-8") as file:
            file.writelines(json.dumps(share._asdict()) + "\n" for share in found if share.phase != "whole")
    return [f"phase `{each.phase}` ({each.way}): true share {each.true:.4f}, sampled {each.sampled:.4f}, "
            f"{abs(each.sampled - each.true):.4f} apart where {each.allowed:.4f} is allowed (N={each.samples:.0f})"
            for each in found if abs(each.sampled - each.true) > each.allowed]


def check_totals(report):
    """Sentences about time that is missing, invented or counted twice."""
    metric, problems = metric_of(report), []
    covered = report["quality"]["cpu_covered"]
    if not 0.97 <= covered <= 1.03:
        problems.append(f"cpu_covered is {covered:.4f}")
    total = sum(thread["self"][metric] for thread in report["threads"])
    for what in ("functions", "lines", "modules"):
        summed = sum(entry["self"][metric] for entry in report[what])
        if what == "functions" and abs(summed - total) > 1e-6 * total + 1:
            problems.append(f"exclusive values of {what} sum to {summed}, of threads to {total}")
        elif summed > total * (1 + 1e-6):
            problems.append(f"exclusive values of {what} sum to {summed}, more than the total {total}")
    categories = sum(value for value in report["categories"].values() if value is not None)
    if abs(categories - total) > 1e-6 * total + 1:
        problems.append(f"categories sum to {categories}, threads to {total}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("truth")
    parser.add_argument("report")
    parser.add_argument("--full", action="store_true", help=f"ask for {samples_in_full_runs} samples")
    parser.add_argument("--rank", type=int, default=-1)
    arguments = parser.parse_args()
    with open(arguments.truth, encoding="utf-8") as file:
        phases = read_truth(file.read())[arguments.rank]
    with open(arguments.report, encoding="utf-8") as file:
        report = json.load(file)
    required = samples_in_full_runs if arguments.full else samples_in_short_runs
    problems = check_totals(report) + check_shares(phases, report, required)
    print("\n".join(problems) or f"{len(phases)} phases agree")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
