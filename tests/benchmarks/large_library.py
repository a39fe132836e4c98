#!/usr/bin/python3
"""Builds a large library with debugging information and inlined calls, and measures how fast it is named.

usage: large_library.py FOLDER [--megabytes 100] [--rounds 5] [--jobs N]

FOLDER keeps the sources and liblarge.so, so that a second call only measures. symbol_speed of the build under test
($PYPROF_BUILD, else build/dev) names 50 000 distinct addresses in a new process per round, first without a cache and
then from it.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import statistics
import subprocess

import measure

functions_per_unit = 40

# Each function sorts, fills a map and calls small functions three deep, so that the compiler inlines a lot of both the
# unit's own and the library's templates.
unit_text = """
#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <vector>
namespace unit_{unit} {{
struct Cell {{ double heat; int place; std::string name; }};
template <int N> struct Kernel {{
    static inline double weight(double x) {{ return x * N + 1.0 / (x + N); }}
    static inline double blend(double x, double y) {{ return weight(x) * 0.5 + weight(y) * 0.25; }}
    static inline double relax(const std::vector<double>& v, std::size_t i) {{ return blend(v[i - 1], v[i]); }}
}};
{functions}
}}
"""
function_text = """
double step_{number}(std::vector<double>& cells, std::vector<Cell>& named) {{
    std::map<int, double> sums;
    for (std::size_t i = 1; i < cells.size(); ++i) sums[static_cast<int>(i) % {number}] += Kernel<{number}>::relax(cells, i);
    std::sort(named.begin(), named.end(), [](const Cell& a, const Cell& b) {{ return a.heat * {number} < b.heat; }});
    for (const auto& [place, sum] : sums) named.push_back({{sum, place, std::to_string(place)}});
    return std::accumulate(cells.begin(), cells.end(), 0.0, [](double t, double x) {{ return t + Kernel<{number}>::weight(x); }});
}}
"""


def compile_unit(folder, unit):
    source, compiled = folder / f"unit_{unit}.cpp", folder / f"unit_{unit}.o"
    if not compiled.exists():
        functions = "".join(function_text.format(number=i + 2) for i in range(functions_per_unit))
        source.write_text(unit_text.format(unit=unit, functions=functions))
        subprocess.run(["g++", "-std=c++20", "-O2", "-g", "-fPIC", "-c", source, "-o", compiled], check=True)
    return compiled


def link(compiled, library):
    subprocess.run(["g++", "-shared", "-Wl,--build-id=sha1", *compiled, "-o", library], check=True)
    return library.stat().st_size / 1e6


def build_library(folder, megabytes, jobs):
    """Adds units until the library is large enough."""
    library = folder / "liblarge.so"
    if library.exists() and library.stat().st_size >= megabytes * 1e6:
        return library
    compiled = [compile_unit(folder, 0)]
    one = link(compiled, library)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        while link(compiled, library) < megabytes:
            missing = megabytes - library.stat().st_size / 1e6
            more = range(len(compiled), len(compiled) + int(missing / one) + 1)
            compiled += pool.map(lambda unit: compile_unit(folder, unit), more)
    return library


def name_addresses(library, rounds):
    """Milliseconds to open, look up and save, {"cold": [(…), …], "cached": [(…), …]}, and what was named."""
    taken = {}
    for _ in range(rounds):
        text = subprocess.run([measure.build / "tests/symbol_speed", library], capture_output=True, text=True,
                              check=True).stdout
        for name, *figures in re.findall(r"^(\w+) .*open ([\d.]+) ms, lookup ([\d.]+) ms, save ([\d.]+)", text, re.M):
            taken.setdefault(name, []).append([float(figure) for figure in figures])
    what = re.search(r"(\d+ addresses of [\d.]+ MB).*?(\d+ frames of \d+ functions)", text)
    return taken, f"{what[1]}, {what[2]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    taken, what = name_addresses(build_library(arguments.folder, arguments.megabytes, arguments.jobs), arguments.rounds)
    rows = []
    for name, goal in (("cold", 1000), ("cached", 50)):
        opened, lookup, save = (statistics.median(column) for column in zip(*taken[name]))
        rows.append([name, f"{opened:.0f}", f"{lookup:.0f}", f"{opened + lookup:.0f}", f"{save:.0f}", str(goal)])
    measure.append("naming", f"{what}; medians of {arguments.rounds}",
                   ["index", "open ms", "look up ms", "together ms", "save ms", "goal ms"], rows, taken)


if __name__ == "__main__":
    main()
