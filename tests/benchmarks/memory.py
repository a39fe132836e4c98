#!/usr/bin/python3
"""Memory and coverage at the bounds (figures C7 and C8): 10^6 different stacks and an hour of samples on the call tree
alone, then real processes with 256 threads at once and with 10 000 short ones. Usage: memory.py"""

import json
import re
import subprocess

import measure

program = measure.top / "tests/benchmarks/programs/many_threads.py"


def tree_alone():
    answer = [subprocess.run([measure.build / "tests/recording_size", what], capture_output=True, text=True,
                             check=True).stdout for what in ("stacks", "hour")]
    stacks = re.search(r"indexes ([\d.]+) MiB, ([\d.]+) % .*weight (\d+)", answer[0])
    hour = re.findall(r"recording ([\d.]+) MiB", answer[1])
    return [["10^6 different stacks", f"{stacks[1]} (with indexes)", f"weight {stacks[3]} of 1000000", "16"],
            ["one hour, 1 000 stacks", f"{hour[-1]} (after 15 minutes {hour[0]})", "", "1"]]


def threads(title, size, at_once):
    with measure.Folder() as folder:
        agent = measure.agent_environment(folder)
        measure.run([measure.python3, program, size, at_once], agent)
        files = [path.stat().st_blocks * 512 for path in (folder / "spool").rglob("*.rec*")]
        output = folder / "out.pyprof"
        subprocess.run([measure.pyprof, "-q", "-o", output, measure.python3, program, str(size), str(at_once)],
                       env=measure.clean_environment(), check=True, capture_output=True)
        report = json.loads(subprocess.run([measure.pyprof, "report", output, "--json"], capture_output=True, text=True,
                                           check=True).stdout)
    covered = report["quality"]["cpu_covered"]
    return [title, f"{sum(files) / 2**20:.2f} (file)", f"CPU covered {covered:.3f}", "16"]


def main():
    rows = tree_alone() + [threads("256 threads at once", 256, 256), threads("10 000 short threads", 10_000, 8)]
    measure.append("memory", "memory of one process's recording", ["what", "MiB", "holds", "goal MiB"], rows,
                   {"rows": rows})


if __name__ == "__main__":
    main()
