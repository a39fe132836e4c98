#!/usr/bin/python3
"""tests/ mirrors src/ and agent/: src/X/Y.cpp is tested by tests/src/X/Y_test.cpp, or untested.txt says why not.
Every test is built: its folder's CMakeLists.txt names it."""

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


def unbuilt():
    for path in sources.files("tests", suffixes={".cpp"}):
        lists = sources.top / path.parent / "CMakeLists.txt"
        if path.name.endswith("_test.cpp") and (not lists.exists() or path.name not in lists.read_text()):
            yield f"{path}: {path.parent}/CMakeLists.txt does not build it"


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
    problems += unbuilt()
    sources.finish(problems, f"Write the test, or give a reason in {listed_in}.")


if __name__ == "__main__":
    main()
