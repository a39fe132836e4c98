"""docs/claims.md: each of its commands is run as it stands there, and the profile must show what the text says."""

import os
import pathlib
import re
import shutil
import subprocess

import check
import pytest
import runs

page = (runs.top / "docs/claims.md").read_text(encoding="utf-8")
sections = dict(re.findall(r"^## (.+?)\n.*?^```\n(.+?)^```", page, re.MULTILINE | re.DOTALL))
programs = runs.top / "tests/kernels/programs"


class Shown:
    """What the commands below a title of the page print, and the profiles that they write."""

    def __init__(self, title, folder, *modules):
        runs.require_modules(*modules)
        self.folder = folder
        variables = {"KERNELS": programs.parent, "BUILT": runs.build / "tests/kernels",
                     "PYTHONPATH": programs.parent / "truth", "OPENBLAS_NUM_THREADS": 1,
                     "PATH": f"{runs.pyprof.parent}:/usr/bin:/bin:{os.environ['PATH']}"}
        run = subprocess.run(["bash", "-e", "-c", sections[title]], cwd=folder, capture_output=True, text=True,
                             timeout=120, env=runs.environment(folder, **variables))
        assert run.returncode == 0, run.stdout + run.stderr
        self.printed = run.stdout

    def report(self, name):
        return runs.load_report(self.folder / f"{name}.pyprof")


def line_starting(program, text):
    lines = (programs / program).read_text().split("\n")
    return next(number for number, line in enumerate(lines, 1) if line.strip().startswith(text))


def row_of_line(report, program, text):
    """A line of a program in the report, found by how it begins."""
    number = line_starting(program, text)
    (row,) = [row for row in report["lines"] if row["line"] == number and row["file"].endswith(program)]
    return row


def time_in(report, program, text, function):
    metric, first = check.metric_of(report), line_starting(program, text)
    return next(row["total"][metric] for row in report["lines"] if row["line"] == first and row["function"] == function)


def test_every_claim_has_its_commands_and_is_checked():
    titles = re.findall("^## (.+)", page, re.MULTILINE)
    assert titles == list(sections)
    source = pathlib.Path(__file__).read_text(encoding="utf-8")
    assert not [title for title in titles if f'"{title}"' not in source]


def test_elementwise(tmp_path):
    shown = Shown("`A * b` is fast because of BLAS", tmp_path, "numpy")
    report = shown.report("times")
    metric = check.metric_of(report)
    used = {module["path"] for module in report["modules"] if module["self"][metric]}
    assert any("_multiarray_umath" in path for path in used)
    assert not [path for path in used if "blas" in path]


def test_matmul(tmp_path):
    shown = Shown("`A @ b` is BLAS, and it is the loaded one that counts", tmp_path, "numpy")
    report = shown.report("matmul")
    gemm = [kernel for kernel in report["kernels"] if "gemm" in kernel["name"]]
    assert gemm and gemm[0]["module"].split("/")[-1] in shown.printed


def test_scalars(tmp_path):
    shown = Shown("A loop over numbers of an array is Python's fault", tmp_path, "numpy")
    report = shown.report("scalars")
    by_numpy = row_of_line(report, "k07_scalars.py", "a[i] = np.sqrt(i)")
    assert by_numpy["split"]["native"] > 0.5 * by_numpy["total"][check.metric_of(report)]


def test_numba(tmp_path):
    shown = Shown("Numba makes a loop a hundred times faster", tmp_path, "numba")
    report, program = shown.report("numba"), "numba_first_call.py"
    ten_by_python = time_in(report, program, "totals = [by_python", "<module>")
    first_call = time_in(report, program, "totals.append", "<module>")
    compiling = sum(row["total"][check.metric_of(report)] for row in report["compiling"])
    assert compiling > 0.8 * first_call > 0.8 * ten_by_python


def test_square_roots(tmp_path):
    if not list((runs.build / "tests/kernels/k16_directives_plain").glob("k16*.so")):
        pytest.skip("the compiled part of K16 was not built")
    report = Shown("Cython made a square root 481 times faster", tmp_path).report("roots")
    metric = check.metric_of(report)
    (used,) = [f for f in report["functions"] if f["name"] == "k16.sqrt_used"]
    assert used["total"][metric] > 0.5 * sum(thread["self"][metric] for thread in report["threads"])
    assert not [f for f in report["functions"] if f["name"] == "k16.sqrt_unused"]


def test_tracer(tmp_path):
    shown = Shown("cProfile tells where the time goes", tmp_path, "numpy")
    measured = re.findall(r"calls ([\d.]+) s, products ([\d.]+) s", shown.printed)
    alone, traced, sampled = (float(calls) / float(products) for calls, products in measured)
    assert traced > 2 * alone
    assert sampled < 1.5 * alone  # both parts slow down together on a busy machine
    report = shown.report("sampled")
    calls, products = (next(f["total"][check.metric_of(report)] for f in report["functions"] if f["name"] == name)
                       for name in ("count_even", "multiply"))
    share, samples = sampled / (1 + sampled), check.samples_in(calls + products, report)
    assert abs(calls / (calls + products) - share) < check.tolerance(share, samples)


def test_import_storm(tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("no strace")
    shown = Shown("Importing NumPy opens files, and waits for them", tmp_path, "numpy")
    calls, _errors = re.search(r"(\d+) +(\d+) total", shown.printed).groups()
    assert int(calls) > 500
    categories = {name: value for name, value in shown.report("import")["categories"].items() if value}
    assert categories["import"] > 0.4 * sum(categories.values())


def test_temporaries(tmp_path):
    shown = Shown("Expressions of arrays cost what their arithmetic costs", tmp_path, "numpy")
    report, program = shown.report("temporaries"), "k50_temporaries.py"
    fresh = time_in(report, program, "a * b + c * a - b", "<module>")
    calls = ("np.multiply(a", "np.add(out", "np.multiply(out", "np.subtract(out")
    in_place = sum(time_in(report, program, call, "<module>") for call in calls)
    assert fresh > 1.5 * in_place


def test_threads(tmp_path):
    shown = Shown("Threads do not help Python", tmp_path)

    def held(name):
        report = shown.report(name)
        metric = check.metric_of(report)
        threads = [thread for thread in report["threads"] if thread["name"] in ("first", "second")]
        assert len(threads) == 2
        return sum(thread["self"]["gil_held"] for thread in threads) / sum(thread["self"][metric] for thread in threads)

    assert held("held") > 0.95
    assert held("released") < 0.1


def test_late_rank(tmp_path):
    shown = Shown("A rank that waits is idle", tmp_path, "mpi4py")
    report = shown.report("late")
    (wait,) = [call for call in report["mpi"] if call["call"] == "MPI_Barrier"]
    assert wait["file"].endswith("late_rank.py")
    assert wait["line"] == line_starting("late_rank.py", "world.Barrier()")
    elapsed, used = (float(text) * 1e9 for text in re.search(r"waited (\S+) s, (\S+) s of", shown.printed).groups())
    assert used > 0.25 * elapsed  # it polls, as far as the machine has processors for both
    assert 0.85 * used < wait["time_ns"] < 1.15 * elapsed
