#!/usr/bin/python3
"""tests/ mirrors src/ and agent/: src/X/Y.cpp is tested by tests/src/X/Y_test.cpp, or untested.txt says why not."""

import pathlib

import sources

listed_in = pathlib.Path("tests/rules/untested.txt")


def reasons():
    """File -> why it has no test of its own; lines are `path: reason`."""
    lines = [line.partition("#")[0].strip() for line in sources.text(listed_in).splitlines()]
    return {pathlib.Path(path.strip()): reason.strip()
            for path, _, reason in (line.partition(":") for line in lines if line)}


def test_of(path):
    return pathlib.Path("tests") / path.parent / f"{path.stem}_test.cpp"


def main():
    problems = []
    excused = reasons()
    for path in sources.files("src", "agent", suffixes={".cpp"}):
        tested = (sources.top / test_of(path)).exists()
        if not tested and not excused.get(path):
            problems.append(f"{path}: no {test_of(path)}")
        if tested and path in excused:
            problems.append(f"{listed_in}: {path} has a test now")
    problems += [f"{listed_in}: {path} does not exist" for path in excused if not (sources.top / path).exists()]
    sources.finish(problems, f"Write the test, or give a reason in {listed_in}.")


if __name__ == "__main__":
    main()
