#!/usr/bin/python3
"""What counting adds to a call of MPI (figure C6): cheap calls on one rank, from C and from mpi4py, by turns without pyprof,
under it, and under it in a process that is not profiled, whose calls are only passed on.
Usage: mpi_wrapper.py [ROUNDS] [CALLS]"""

import collections
import statistics
import subprocess
import sys

import measure

rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 11
calls = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
programs = {"C": [measure.build / "tests/mpi_wrapper", str(calls)],
            "mpi4py 3.1, CPython 3.11": [measure.python3, measure.top / "tests/benchmarks/programs/mpi_wrapper.py", str(calls)]}


def ns_per_call(command, environment):
    """{function: ns}"""
    answer = subprocess.run([str(word) for word in command], env=environment, capture_output=True, text=True, check=True)
    return {name: float(value) for name, value in (line.split() for line in answer.stdout.splitlines())}


def main():
    rows, figures = [], {}
    with measure.Folder() as folder:
        profiled = measure.agent_environment(folder, "--mpi", "--rate", "1")
        environments = {"alone": measure.clean_environment(), "counted": profiled,
                        "passed on": {**profiled, "PYPROF_ACTIVE": "0"}}
        for language, command in programs.items():
            variants = {name: lambda e=environment: ns_per_call(command, e) for name, environment in environments.items()}
            taken = measure.by_turns(variants, rounds)
            added = collections.defaultdict(lambda: collections.defaultdict(list))
            for i in range(rounds):
                for function, alone in taken["alone"][i].items():
                    for name in ("counted", "passed on"):
                        added[function][name].append(taken[name][i][function] - alone)
            for function, by_name in added.items():
                alone = statistics.median(run[function] for run in taken["alone"])
                cells = []
                for values in by_name.values():
                    median, low, high = measure.median_with_interval(values)
                    cells.append(f"{median:.0f} ({low:.0f} to {high:.0f})")
                rows.append([language, function, f"{alone:.0f}", *cells])
                figures[f"{language} {function}"] = {"alone_ns": alone, **by_name}
    measure.append("mpi_wrapper", f"nanoseconds added per call, medians of {rounds} pairs of {calls} calls and their 95 % intervals",
                   ["from", "function", "alone", "counted adds", "passed on adds"], rows, {"figures": figures})


if __name__ == "__main__":
    main()
