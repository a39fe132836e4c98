#!/usr/bin/python3
"""Measures how fast large pages of the viewer open and move in a browser.

usage: viewer.py [--rounds 5]

Pages of 10^6 contexts, and of 1 024 ranks with 500 000 values, that make_page of the build under test ($PYPROF_BUILD, else
build/dev) writes; each is opened anew in chromium (or $PYPROF_CHROMIUM), and moved in by 40 keys.
"""

import argparse
import json
import os
import statistics
import subprocess

import measure


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    environment = {**os.environ, "PYPROF_BUILD": str(measure.build)}
    answer = subprocess.run(["node", measure.top / "viewer/tests/measure.mjs", str(arguments.rounds)], env=environment,
                            stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(answer.stdout)
    rows = []
    for name, rounds in found.items():
        opened = [each["open"] for each in rounds]
        moved = [each["frame"] for each in rounds if "frame" in each]
        slowest = [each["slowest"] for each in rounds if "slowest" in each]
        rows.append([name, f"{statistics.median(opened):.0f} ({min(opened):.0f} … {max(opened):.0f})",
                     f"{statistics.median(moved):.1f}" if moved else "", f"{max(slowest):.0f}" if slowest else "",
                     f"{rounds[0]['bytes'] / 1e6:.1f}"])
    measure.append("viewer", f"medians of {arguments.rounds}", ["page", "open ms", "one step ms", "slowest step ms", "MB"],
                   rows, found)


if __name__ == "__main__":
    main()
