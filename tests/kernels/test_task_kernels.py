"""Functions that are sent to worker processes by value, and measure themselves there."""

import pytest
import runs
from environments import interpreter_with
from measured import assert_true, measure


def assert_tasks(measured, processes):
    report = measured.report()
    assert_true(report, measured.truth[-1])
    assert len(report["processes"]) >= processes
    return report


@pytest.mark.parametrize("library", ["multiprocess", "pathos"])
def test_lambdas_K27(library, tmp_path):
    if library == "multiprocess":
        runs.require_modules("multiprocess", "dill")
        interpreter = runs.python3
    else:
        interpreter = interpreter_with("pathos", "parsl")
    report = assert_tasks(measure(tmp_path, "k27_pathos.py", library, interpreter=interpreter), 3)
    assert {"<lambda>", "timed"} <= {f["name"] for f in report["functions"]}


def test_tasks_of_parsl_K37(tmp_path):
    """In threads of the program, and in processes that a manager of its own starts."""
    interpreter = interpreter_with("pathos", "parsl")
    measured = measure(tmp_path, "k37_parsl.py", interpreter=interpreter, PATH=f"{interpreter.parent}:/usr/bin:/bin")
    assert_tasks(measured, 3)


def test_engines_of_ipyparallel_K38(tmp_path):
    runs.require_modules("ipyparallel")
    home = tmp_path / "home"  # where the cluster says where it is
    home.mkdir()
    assert_tasks(measure(tmp_path, "k38_ipyparallel.py", HOME=home), 4)
