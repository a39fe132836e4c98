"""What every Python test may import: tests/support, tests/kernels and tests/targets; and which cases run once more."""

import os
import pathlib
import sys
import xml.etree.ElementTree as xml

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here / "support"), str(here / "kernels"), str(here / "targets")]


def pytest_collection_modifyitems(config, items):
    """With PYPROF_FIRST_RESULTS, a folder of results, only cases of these files that failed there; all of a file that has
    none, since something else was wrong with it."""
    folder = os.environ.get("PYPROF_FIRST_RESULTS")
    before = folder and pathlib.Path(folder, pathlib.Path(config.option.xmlpath or "").name)
    if not before or not before.is_file():
        return
    failed = {case.get("name") for case in xml.parse(before).getroot().iter("testcase")
              if case.find("failure") is not None or case.find("error") is not None}
    if any(item.name in failed for item in items):
        items[:] = [item for item in items if item.name in failed]
