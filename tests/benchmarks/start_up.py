#!/usr/bin/python3
"""What start-up costs (figure C4): `python3 -c pass` under the launcher and with the agent alone, and `true` as a helper
program that inherits the preload; wall time, by turns. Usage: start_up.py [ROUNDS]"""

import sys

import measure


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
    measure.append("start_up", f"wall time added, {rounds} rounds", ["command", "alone ms", "added ms", "goal ms"], rows,
                   {"rounds": rounds, "commands": figures})


if __name__ == "__main__":
    main()
