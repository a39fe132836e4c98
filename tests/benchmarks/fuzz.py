#!/usr/bin/python3
"""Every reader of outside bytes, fuzzed: `fuzz.py [--minutes M] [--only NAME …] [--found FOLDER] [--write]`.

Each target of tests/fuzz runs for M minutes of CPU time (numbers count them, not the clock, so that a busy machine does
not make the run shorter) under AddressSanitizer and UndefinedBehaviorSanitizer, from its corpus. Inputs that broke a
target are left in FOLDER/NAME; the answer is 1 if there are any. Build first:
`cmake --preset fuzz && cmake --build --preset fuzz --target fuzz_targets`.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

import measure

targets = sorted(path.stem.removeprefix("fuzz_") for path in (measure.top / "tests/fuzz").glob("fuzz_*.cpp"))
broken = ("crash-", "leak-", "oom-", "timeout-")
round_s = 60
measure.build = measure.top / "build/fuzz"
headers = ["reader", "CPU minutes", "inputs run", "blocks of code reached", "inputs kept", "inputs that broke it"]


def words_of(name, folder):
    program = measure.build / "tests" / f"fuzz_{name}"
    options = [f"-max_total_time={round_s}", "-max_len=65536", "-timeout=30", "-rss_limit_mb=4096", "-print_final_stats=1",
               f"-artifact_prefix={folder}/"]
    return [str(word) for word in (program, *options, folder / "kept", measure.top / "tests/fuzz/corpus" / name)]


def one_round(name, folder):
    """(CPU seconds, inputs run, blocks reached) of one run."""
    running = subprocess.Popen(words_of(name, folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               errors="replace")
    said = running.stderr.read()
    _, status, usage = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    executed = re.search(r"number_of_executed_units:\s*(\d+)", said)
    if executed is None and not found(folder):
        sys.exit(f"{name}: {said[-2000:]}")
    covered = re.findall(r"cov: (\d+)", said)
    return usage.ru_utime + usage.ru_stime, int(executed[1]) if executed else 0, int(covered[-1]) if covered else 0


def found(folder):
    return [path for path in folder.iterdir() if path.name.startswith(broken)]


def fuzz(name, folder, cpu_s):
    (folder / "kept").mkdir(parents=True, exist_ok=True)
    spent, executed, covered = 0.0, 0, 0
    while spent < cpu_s and not found(folder):
        more_s, more, covered = one_round(name, folder)
        spent, executed = spent + more_s, executed + more
    kept = len(list((folder / "kept").iterdir()))
    return {"reader": name, "cpu_min": round(spent / 60, 1), "executed": executed, "covered": covered, "kept": kept,
            "broke": [path.name for path in found(folder)]}


def row(result):
    return [result["reader"], result["cpu_min"], f"{result['executed']:,}".replace(",", " "), result["covered"],
            result["kept"], len(result["broke"])]


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--only", nargs="*", choices=targets, default=targets)
    options.add_argument("--found", type=pathlib.Path, default=measure.build / "found")
    options.add_argument("--write", action="store_true")
    given = options.parse_args()
    results = []
    for name in given.only:
        results.append(fuzz(name, given.found / name, given.minutes * 60))
        print(*row(results[-1]), sep="\t", flush=True)
    if given.write:
        measure.append("fuzzing", f"{given.minutes:g} CPU minutes each", headers, map(row, results), {"results": results})
    sys.exit(any(result["broke"] for result in results))


main()
