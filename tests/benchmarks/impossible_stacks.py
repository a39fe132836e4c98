#!/usr/bin/python3
"""Impossible stacks among alternating calls, at full count (figure T2): `impossible_stacks.py [SECONDS]`, 110 s of CPU
time at 10 kHz for each CPython unless told. Appends a table to docs/benchmarks/impossible_stacks.md."""

import pathlib
import sys

import measure

sys.path[:0] = [str(measure.top / "tests/support")]

import alternating
import runs


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 110
    rows = []
    for version, interpreter in runs.interpreters().items():
        with measure.Folder() as folder:
            samples, wrong, seen, unreadable = alternating.sample(interpreter.path, seconds, pathlib.Path(folder))
        rows.append([version, samples, sum(wrong.values()), unreadable, f"{samples / seconds:.0f}"])
    headers = ["CPython", "samples", "impossible", "Python frames not read", "samples per CPU second"]
    measure.append("impossible_stacks", "alternating calls, asked for 10 kHz", headers, rows, {"rows": rows})


if __name__ == "__main__":
    main()
