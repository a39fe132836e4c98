#!/usr/bin/python3
"""Many ranks into one profile (figures S1, S2, S3), with ranks made after a real process:

- 64 ranks over MPI on this machine, of about 5 000 and 50 000 contexts;
- 64, 1 024, 8 192 and 65 536 ranks of about 1 000 contexts through the binomial merge, one rank after the other, and how
  time, memory and bytes grow, with the fit;
- `pyprof merge` of as many gathered files.

Usage: merge_scale.py [most ranks]"""

import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import time

import measure

counts = [64, 1024, 8192, 65536]


def template(folder):
    """The recording of one process."""
    environment = measure.agent_environment(folder, "--rate", "400")
    measure.run([measure.python3, measure.top / "tests/benchmarks/programs/many_stacks.py", "5"], environment)
    (recording,) = (folder / "spool").rglob("*.rec*")
    return recording


def answer_of(command):
    output = subprocess.run([str(word) for word in command], env=measure.clean_environment(), check=True,
                            capture_output=True, text=True).stdout
    return json.loads(output)


def over_mpi(recording, contexts, rounds=9):
    def answer(asked):
        return answer_of(["mpirun", "-n", 64, "--oversubscribe", measure.build / "tests/merge_over_mpi", recording, asked])
    # Ranks have more contexts than asked for, by what their template has seen once only.
    asked = contexts
    for _ in range(2):
        asked = asked * contexts // answer(asked)["contexts_of_a_rank"]
    answers = [answer(asked) for _ in range(rounds)]
    return {**answers[0], "took_s": statistics.median(answer["took_s"] for answer in answers),
            "all_s": [answer["took_s"] for answer in answers]}


def binomial(recording, ranks):
    return answer_of([measure.build / "tests/merge_scale", recording, ranks, 1000])


def offline(recording, ranks, folder):
    files = folder / f"ranks-{ranks}"
    files.mkdir()
    subprocess.run([measure.build / "tests/merge_scale", recording, str(ranks), "1000", files], check=True)
    output = folder / f"{ranks}.pyprof"
    begin = time.perf_counter()
    pid = os.posix_spawn(measure.pyprof, [str(measure.pyprof), "merge", str(files), "-o", str(output)],
                         measure.clean_environment(), file_actions=[(os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    assert status == 0, status
    wall = time.perf_counter() - begin
    for file in files.iterdir():
        file.unlink()
    return {"ranks": ranks, "wall_s": wall, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024,
            "file_bytes": output.stat().st_size}


def exponent(rows, name):
    """Of the power of the number of ranks that a figure grows with: least squares of logarithms."""
    points = [(math.log(row["ranks"]), math.log(row[name])) for row in rows]
    mean_x, mean_y = (statistics.fmean(point[i] for point in points) for i in (0, 1))
    power = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return power, math.exp(mean_y + power * (math.log(1e6) - mean_x))


def main():
    most = int(sys.argv[1]) if len(sys.argv) > 1 else counts[-1]
    with measure.Folder() as folder:
        folder = pathlib.Path(folder)
        recording = template(folder)
        mpi = [over_mpi(recording, contexts) for contexts in (5000, 50_000)]
        sizes = [count for count in counts if count <= most]
        tree = [binomial(recording, ranks) for ranks in sizes]
        files = [offline(recording, ranks, folder) for ranks in sizes]
    measure.append("merge_scale", "64 ranks over MPI, on two processors",
                   ["contexts of a rank", "merged contexts", "values", "MiB", "median s", "all s"],
                   [[row["contexts_of_a_rank"], row["contexts"], row["values"], f"{row['bytes'] / 2**20:.1f}",
                     f"{row['took_s']:.3f}", " ".join(f"{each:.3f}" for each in row["all_s"])] for row in mpi], {"mpi": mpi})
    fits = [["fit: exponent; at 10^6 ranks", "", *[f"{power:.2f}; {at:.3g}" for power, at in
             (exponent(tree, name) for name in ("values", "cpu_s", "critical_s", "peak_mib", "bytes"))], ""]]
    measure.append("merge_scale", "the binomial merge of made ranks, each with about 1 000 contexts",
                   ["ranks", "merged contexts", "values", "CPU s", "root ready after s", "peak MiB", "bytes of the sum",
                    "largest message of each level"],
                   [[row["ranks"], row["contexts"], row["values"], f"{row['cpu_s']:.2f}", f"{row['critical_s']:.3f}",
                     f"{row['peak_mib']:.0f}", row["bytes"], " ".join(str(level["largest"]) for level in row["levels"])]
                    for row in tree] + fits, {"tree": tree})
    measure.append("merge_scale", "`pyprof merge` of as many files",
                   ["ranks", "wall s", "CPU s", "ranks per second of CPU", "peak MiB", "file bytes", "bytes per rank"],
                   [[row["ranks"], f"{row['wall_s']:.2f}", f"{row['cpu_s']:.2f}", f"{row['ranks'] / row['cpu_s']:.0f}",
                     f"{row['peak_mib']:.0f}", row["file_bytes"], f"{row['file_bytes'] / row['ranks']:.1f}"]
                    for row in files], {"files": files})


if __name__ == "__main__":
    main()
