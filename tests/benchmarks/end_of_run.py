#!/usr/bin/python3
"""From the program's last statement to the prompt, with the file written and named (figure C5), beside what the program
takes alone from there: its libraries' names in the cache of earlier runs, and with an empty cache, by turns.
Usage: end_of_run.py [SECONDS OF THE PROGRAM] [ROUNDS]"""

import shutil
import sys
import time

import measure


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with measure.Folder() as folder:
        last, output, cache = folder / "last", folder / "out.pyprof", folder / "cache"
        program = [measure.python3, measure.top / "tests/benchmarks/programs/numpy_for.py", seconds, last]
        environment = {**measure.clean_environment(), "PYPROF_SPOOL": str(folder), "XDG_CACHE_HOME": str(cache)}

        def from_the_end(command):
            measure.run(command, environment)
            taken = time.monotonic() - float(last.read_text())
            output.unlink(missing_ok=True)
            return taken

        def recorded():
            return from_the_end([measure.pyprof, "-q", "-o", output, "--", *program])

        def cold():
            shutil.rmtree(cache, ignore_errors=True)
            return recorded()

        # Each warm run comes after a cold one, so its names are there.
        taken = {"alone": [], "cold": [], "warm": []}
        for _ in range(rounds):
            taken["alone"].append(from_the_end(program))
            taken["cold"].append(cold())
            taken["warm"].append(recorded())
    rows = []
    for name, goal in (("alone", ""), ("warm", "0.5"), ("cold", "2")):
        median, low, high = measure.median_with_interval(taken[name])
        rows.append([name, f"{median:.3f} ({low:.3f} … {high:.3f})", goal])
    measure.append("end_of_run", f"seconds from the last statement of {seconds:.0f} s of NumPy to the prompt, {rounds} rounds",
                   ["names", "seconds", "goal"], rows, {"seconds": seconds, "rounds": rounds, "taken_s": taken})


if __name__ == "__main__":
    main()
