#!/usr/bin/python3
"""Walks compared with libunwind's, and stacks that reach their bottom, at full count: `walk_truth.py [SAMPLES]`.

Appends a table to docs/benchmarks/walk_truth.md. About a minute for each 10^5 samples.
"""

import datetime
import pathlib
import platform
import sys

top = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(top / "tests/support")]

import runs
import walk_counts

page = top / "docs/benchmarks/walk_truth.md"
columns = ("compared", "equal", "different", "no_unwind_information", "stopped", "oracle_stopped", "too_deep")


def main():
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    works = [(f"mix, {version}", interpreter.path, "mix") for version, interpreter in runs.interpreters().items()]
    works.append(("Numba", walk_counts.interpreter_with_numba(), "numba"))
    lines = ["", f"## {datetime.date.today()}, {platform.machine()}, Linux {platform.release()}", "",
             "| work | " + " | ".join(columns).replace("_", " ") + " | to the bottom |", "|---" * (len(columns) + 2) + "|"]
    for name, interpreter, work in works:
        counts = walk_counts.take(interpreter, samples, work)
        whole = 1 - counts["stopped"] / counts["compared"]
        lines.append(f"| {name} | " + " | ".join(str(counts[column]) for column in columns) + f" | {whole:.4%} |")
    with page.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


main()
