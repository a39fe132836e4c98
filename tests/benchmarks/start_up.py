#!/usr/bin/python3
"""What start-up costs (figure C4): `python3 -c pass` under the launcher and with the agent alone, `true` as a helper program
that inherits the preload, and `python3 -c pass` on 64 ranks at once, by turns. Usage: start_up.py [ROUNDS]"""

import sys

import measure


ranks = 64


def many_ranks(rounds):
    """What starting all ranks at once adds: a row for CPU time of each, one for wall time of the job."""
    with measure.Folder() as folder:
        clean = measure.clean_environment()
        base = {**clean, "PYPROF_SPOOL": str(folder)}
        job = ["mpirun", "-n", ranks, "--oversubscribe"]
        python = [measure.python3, "-c", "pass"]
        output = folder / "out.pyprof"

        def launched():
            taken = measure.run([*job, measure.pyprof, "-q", "-o", output, "--", *python], base)
            output.unlink(missing_ok=True)
            return taken

        taken = measure.by_turns({"alone": lambda: measure.run([*job, *python], clean), "launched": launched}, rounds)
    rows, figures = [], {}
    for which, title, share in ((0, f"CPU time of each of {ranks} ranks at once", ranks), (1, f"wall time of {ranks} ranks", 1)):
        added = [1000 * (a[which] - b[which]) / share for a, b in zip(taken["launched"], taken["alone"])]
        alone = 1000 * measure.median_with_interval([each[which] for each in taken["alone"]])[0] / share
        median, low, high = measure.median_with_interval(added)
        rows.append([title, f"{alone:.2f}", f"{median:+.2f} ({low:+.2f} … {high:+.2f})", "10" if which == 0 else ""])
        figures[title] = {"alone_ms": alone, "added_ms": added}
    return rows, figures


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with measure.Folder() as folder:
        clean = measure.clean_environment()
        agent = measure.agent_environment(folder)
        base = {**clean, "PYPROF_SPOOL": agent["PYPROF_SPOOL"]}
        output = folder / "out.pyprof"
        python = [measure.python3, "-c", "pass"]

        def launched():
            wall = measure.run([measure.pyprof, "-q", "-o", output, "--", *python], base)[1]
            output.unlink(missing_ok=True)
            return wall

        taken = measure.by_turns({
            "python": lambda: measure.run(python, clean)[1], "launched": launched,
            "agent": lambda: measure.run(python, agent)[1],
            "true": lambda: measure.run(["/bin/true"], clean)[1],
            "helper": lambda: measure.run(["/bin/true"], agent)[1]}, rounds)
    rows, figures = [], {}
    for title, with_it, without, goal in (("pyprof python3 -c pass", "launched", "python", "10"),
                                          ("python3 -c pass, agent alone", "agent", "python", ""),
                                          ("true, inheriting the preload", "helper", "true", "1")):
        added = [1000 * (a - b) for a, b in zip(taken[with_it], taken[without])]
        median, low, high = measure.median_with_interval(added)
        alone = 1000 * measure.median_with_interval(taken[without])[0]
        rows.append([title, f"{alone:.2f}", f"{median:+.2f} ({low:+.2f} … {high:+.2f})", goal])
        figures[title] = {"alone_ms": alone, "added_ms": added}
    more_rows, more_figures = many_ranks(rounds // 3)
    rows += more_rows
    figures |= more_figures
    measure.append("start_up", f"wall time added, {rounds} rounds", ["command", "alone ms", "added ms", "goal ms"], rows,
                   {"rounds": rounds, "commands": figures})


if __name__ == "__main__":
    main()
