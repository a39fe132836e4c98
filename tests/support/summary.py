#!/usr/bin/python3
"""Prints what ran and what was skipped, and fails when a test that this machine owes was skipped.

usage: summary.py REQUIRED.txt RESULTS

RESULTS holds ctest.xml (JUnit, by ctest) and ctest.json (`ctest --show-only=json-v1`, for the labels); the results of
single pytest cases lie in RESULTS/*-*.xml. Where tests failed and ran again, RESULTS/again.xml is of that, files of cases
hold those that ran again, and RESULTS/first has what all of these were before.
"""

import json
import os
import pathlib
import re
import sys
import xml.etree.ElementTree as xml
from collections import namedtuple

Test = namedtuple("Test", "group name outcome reason")


def labels_of(listing):
    """ctest's name of each test -> its first label."""
    labels = {}
    for test in json.loads(listing.read_text())["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        labels[test["name"]] = (properties.get("LABELS") or ["other"])[0]
    return labels


def tests_of(junit, group_of, prefix=""):
    for case in xml.parse(junit).getroot().iter("testcase"):
        name = case.get("name")
        skipped, failed = case.find("skipped"), case.find("failure") is not None or case.find("error") is not None
        not_run = case.get("status") in ("notrun", "disabled")
        outcome = "failed" if failed else "skipped" if skipped is not None or not_run else "ran"
        reason = (skipped.get("message") or "").splitlines() if skipped is not None else []
        yield Test(group_of(name), prefix + name, outcome, reason[0] if reason else "")


def read_results(folder, labels):
    """Of a file of pytest cases, the cases; the file itself only where it failed and none of them did."""
    cases = []
    failed_files = set()
    for file in sorted(folder.glob("*-*.xml")):
        group, _, stem = file.stem.partition("-")
        of_file = {test.name: test for each in (folder / "first" / file.name, file) if each.exists()
                   for test in tests_of(each, lambda _name: group, prefix=f"{stem} ")}.values()
        cases += of_file
        failed_files |= {stem for test in of_file if test.outcome == "failed"}
    whole = {test.name: test for name in ("ctest.xml", "again.xml") if (folder / name).exists()
             for test in tests_of(folder / name, lambda name: labels.get(name, "other"))}
    files = {file.stem.partition("-")[2] for file in folder.glob("*-*.xml")}
    return [test for test in whole.values()
            if test.name not in files or (test.outcome == "failed" and test.name not in failed_files)] + cases


def failed_at_first(folder, labels):
    return [test for test in read_results(folder / "first", labels) if test.outcome == "failed"]


def kinds_of_this_machine():
    release = pathlib.Path("/etc/os-release").read_text()
    kinds = {"any"}
    if re.search(r"^ID=debian$", release, re.M) and re.search(r'^VERSION_ID="1[23]"$', release, re.M):
        kinds.add("debian")
    if len(os.sched_getaffinity(0)) >= 2:
        kinds.add("cores2")
    if any(pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv")).glob("versions/3.*")):
        kinds.add("pyenv")
    return kinds


def required_patterns(text, kinds):
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if line:
            kind, pattern = line.split(maxsplit=1)
            if kind in kinds:
                yield kind, pattern


# A version that cannot be had is a named skip; the same case ran with another version.
absent_version = re.compile(r"no CPython 3\.\d+ on this machine|no pyenv on this machine")


def unmet(tests, patterns):
    """One sentence for each requirement that did not hold."""
    for kind, pattern in patterns:
        matching = [test for test in tests if re.search(pattern, f"{test.group}: {test.name}")]
        skipped = [test.name for test in matching
                   if test.outcome == "skipped" and not absent_version.search(test.reason or "")]
        if all(test.outcome == "skipped" for test in matching):
            yield f"required on {kind} machines, but no such test ran: {pattern}"
        elif skipped:
            yield f"required on {kind} machines, but skipped: {', '.join(skipped)}"


def print_table(tests, at_first):
    print(f"{'':14}{'ran':>6}{'failed':>8}{'skipped':>9}")
    for group in sorted({test.group for test in tests}):
        count = [sum(t.group == group and t.outcome == outcome for t in tests) for outcome in ("ran", "failed", "skipped")]
        print(f"{group:14}{count[0]:6}{count[1]:8}{count[2]:9}")
    for test in tests:
        if test.outcome == "skipped":
            print(f"  skipped  {test.group}: {test.name}" + (f" ({test.reason})" if test.reason else ""))
    still = [test.name for test in tests if test.outcome == "failed"]
    for test in at_first:
        again = any(name == test.name or name.startswith(f"{test.name} ") for name in still)
        print(f"  failed   {test.group}: {test.name} ({'failed again' if again else 'passed'} by itself)")


def main(required, folder):
    folder = pathlib.Path(folder)
    labels = labels_of(folder / "ctest.json")
    tests = read_results(folder, labels)
    print_table(tests, failed_at_first(folder, labels))
    kinds = kinds_of_this_machine()
    print(f"\nThis machine counts as: {', '.join(sorted(kinds))}")
    problems = list(unmet(tests, required_patterns(pathlib.Path(required).read_text(), kinds)))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
