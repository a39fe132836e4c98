#!/usr/bin/python3
"""What cProfile does to a program, as `pyprof compare --run` sees it (docs/compare.md): a loop of append, a program of small
calls, and products of matrices. Usage: compare_cprofile.py [ROUNDS]"""

import json
import subprocess
import sys

import measure

programs = measure.top / "tests/benchmarks/programs"
# Program -> its size: about a second each.
sizes = {"appends": 200, "calls": 1500, "products": 250}


def compared(name, rounds):
    command = [measure.pyprof, "compare", "--json", f"--rounds={rounds}", "--run", "--", measure.python3,
               programs / f"{name}.py", str(sizes[name])]
    answer = subprocess.run(command, env=measure.clean_environment(), check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout)


def hottest(document, *times):
    """(name, seconds) of the function with the largest sum of these fields."""
    rows = [(sum(row[time] or 0 for time in times), row["name"]) for row in document["functions"]]
    return max(rows)[::-1]


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rows, figures = [], {}
    for name in sizes:
        document = compared(name, rounds)
        bare = document["bare_wall_s"]
        sampled, traced = document["sampled_wall_s"] / bare, document["cprofile_wall_s"] / bare
        by_samples = hottest(document, "sampled_self_s")
        by_cprofile = hottest(document, "cprofile_self_s", "cprofile_builtin_s")
        tax = document["tax_per_call_s"]
        rows.append([name, f"{bare:.2f}", f"{sampled:.2f}", f"{traced:.2f}", f"{document['ncalls']:,}".replace(",", " "),
                     "" if tax is None else f"{tax * 1e9:.0f}", "{} {:.2f} s".format(*by_samples),
                     "{} {:.2f} s".format(*by_cprofile)])
        figures[name] = {key: value for key, value in document.items() if key not in ("functions", "notes")}
    measure.append("compare_cprofile", f"{rounds} rounds by turns, medians",
                   ["program", "alone s", "sampled ×", "cProfile ×", "calls", "tax ns a call", "hottest by samples",
                    "hottest by cProfile"], rows, {"rounds": rounds, "programs": figures})


if __name__ == "__main__":
    main()
