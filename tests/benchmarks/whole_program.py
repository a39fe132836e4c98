#!/usr/bin/python3
"""CPU time that sampling adds to whole programs (figures C2 and C3): the program alone, with an empty handler at the same
rate, and with the agent, by turns.
Usage: whole_program.py [--rate HZ] [--engine cpu|perf] [--rounds N] [--times N] [calls|numpy_mix|threads|ranks …]"""

import argparse
import json
import subprocess

import measure

programs = measure.top / "tests/benchmarks/programs"
sizes = {"calls": 1800, "numpy_mix": 250, "threads": 350, "ranks": 300}  # about a second of CPU time


def command_of(program):
    python = [measure.python3, programs / f"{program}.py", sizes[program]]
    return ["mpirun", "-n", "2", "--oversubscribe", *python] if program == "ranks" else python


def percent(figure):
    return f"{figure:+.2f}"


def interval(figures):
    median, low, high = measure.median_with_interval(figures)
    return f"{percent(median)} ({percent(low)} … {percent(high)})"


def delivered(folder, program, rate, engine):
    """(signals per CPU second, what the handlers themselves took in %, their median in ns) of one run that is not timed."""
    output = folder / f"{program}.pyprof"
    launcher = ["mpirun", "-n", "2", "--oversubscribe"] if program == "ranks" else []
    python = [measure.python3, programs / f"{program}.py", sizes[program]]
    command = [*launcher, measure.pyprof, "-q", "-r", rate, "--engine", engine, "-o", output, "--", *python]
    subprocess.run([str(word) for word in command], env=measure.clean_environment(), check=True, capture_output=True)
    answer = subprocess.run([measure.pyprof, "report", output, "--json"], capture_output=True, text=True, check=True)
    report = json.loads(answer.stdout)
    quality = report["quality"]
    cpu_s = quality["handler_s"] / quality["overhead"] if quality.get("overhead") else None
    return {"handler_ns": quality["handler_ns"], "samples": quality["samples"], "handler_s": quality["handler_s"],
            "cpu_s": cpu_s}


def empty_signal_ns():
    answer = subprocess.run([measure.build / "tests/handler_cost", "--benchmark_filter=empty_signal",
                             "--benchmark_format=json"], capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)["benchmarks"][0]["cpu_time"]


def measure_program(program, rate, engine, rounds):
    with measure.Folder() as folder:
        command = command_of(program)
        mpi = ["--mpi"] if program == "ranks" else []
        agent = measure.agent_environment(folder, "-r", str(rate), "--engine", engine, *mpi)
        environments = {"alone": measure.clean_environment(), "empty": measure.empty_environment(folder, rate, engine),
                        "agent": agent}
        cpu = measure.by_turns({name: (lambda e=e: measure.run(command, e)[0]) for name, e in environments.items()},
                               rounds)
        signals = [int(line.split()[0]) for line in open(folder / "empty")]
        facts = delivered(folder, program, rate, engine)
    ranks = 2 if program == "ranks" else 1
    per_run = sum(signals) / len(signals) * ranks
    alone = measure.median_with_interval(cpu["alone"])[0]
    added = {name: [100 * (with_it - without) / without for with_it, without in zip(cpu[name], cpu["alone"])]
             for name in ("empty", "agent")}
    added["above"] = [100 * (agent - empty) / without
                      for agent, empty, without in zip(cpu["agent"], cpu["empty"], cpu["alone"])]
    handler_percent = 100 * facts["handler_s"] / alone
    counted_percent = handler_percent + 100 * per_run * empty_signal_ns() * 1e-9 / alone
    row = [program, f"{alone:.2f}", f"{per_run / alone:.0f}", interval(added["empty"]), interval(added["agent"]),
           interval(added["above"]), f"{handler_percent:.2f}", f"{counted_percent:.2f}", f"{facts['handler_ns']['median'] / 1000:.1f}",
           f"{facts['handler_ns']['p99'] / 1000:.0f}"]
    figures = {"cpu_s": cpu, "added_percent": added, "counted_percent": counted_percent, "signals_per_run": per_run, "report": facts}
    return row, figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=199)
    parser.add_argument("--engine", choices=["cpu", "perf"], default="cpu")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--times", type=int, default=1, help="so many times as long: what a start costs counts less")
    parser.add_argument("programs", nargs="*", default=list(sizes))
    options = parser.parse_args()
    for program in sizes:
        sizes[program] *= options.times
    rows, figures = [], {}
    for program in options.programs:
        row, figures[program] = measure_program(program, options.rate, options.engine, options.rounds)
        print(*row, sep=" | ", flush=True)
        rows.append(row)
    headers = ["program", "CPU s alone", "signals/s", "empty handler adds %", "agent adds %", "agent above empty %",
               "handlers %", "counted %", "handler median µs", "p99 µs"]
    measure.append("whole_program",
                   f"CPU time added at {options.rate} Hz asked, engine {options.engine}, {options.rounds} rounds", headers, rows,
                   {"rate": options.rate, "engine": options.engine, "rounds": options.rounds, "programs": figures})


if __name__ == "__main__":
    main()
