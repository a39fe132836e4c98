"""pyprof annotate: source lines of Python, C, Fortran and Cython with what they cost."""

import re
import shutil
import subprocess

import pytest
import runs

usage, unreadable = 2, 3

kernel_c = """\
double sum(int times)
{
    double total = 0;
    for (int i = 0; i < times; i++)
        total += 1.0 / (i + total);
    return total;
}
"""

kernel_f = """\
subroutine smooth(cells, n, times) bind(c)
    use iso_c_binding
    integer(c_int), value :: n, times
    real(c_double) :: cells(n)
    integer :: sweep, i
    do sweep = 1, times
        do i = 2, n - 1
            cells(i) = cells(i) + 0.25d0 * (cells(i - 1) - 2 * cells(i) + cells(i + 1))
        end do
    end do
end subroutine smooth
"""

program = """\
import ctypes, time

def count(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass

def compiled():
    library = ctypes.CDLL("./libkernel.so")
    library.sum.restype = ctypes.c_double
    library.sum(60_000_000)

def fortran():
    cells = (ctypes.c_double * 1000)()
    ctypes.CDLL("./libsmooth.so").smooth(cells, 1000, 200_000)

count(0.8)
compiled()
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("annotate")
    (folder / "kernel.c").write_text(kernel_c)
    (folder / "smooth.f90").write_text(kernel_f)
    subprocess.run(["gcc", "-g", "-O1", "-shared", "-fPIC", "-o", "libkernel.so", "kernel.c"], cwd=folder, check=True)
    has_fortran = shutil.which("gfortran") is not None
    if has_fortran:
        subprocess.run(["gfortran", "-g", "-O1", "-shared", "-fPIC", "-o", "libsmooth.so", "smooth.f90"], cwd=folder,
                       check=True)
    (folder / "app.py").write_text(program + ("fortran()\n" if has_fortran else ""))
    return runs.record([runs.python3, "app.py"], folder)


def annotated(recorded, wanted, *options):
    answer = runs.ask("annotate", recorded.profile, wanted, *options)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def shares(text, line):
    """Own and total share that stand beside a line of the text, in percent; None without figures."""
    pattern = rf"^ *(?:([<\d.]+) %)? +(?:([<\d.]+) %) .* {line}(?:  .*)?$"
    found = re.search(pattern, text, re.M)
    return found and tuple(0.0 if part in (None, "<0.1") else float(part) for part in found.groups())


def line_of(text, part):
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def line_shares(recorded, end):
    """Inclusive share of each line of a file by report --json, in percent."""
    report = recorded.report()
    whole = sum(f["self"]["cpu"] for f in report["functions"])
    return {line["line"]: 100 * line["total"]["cpu"] / whole for line in report["lines"] if (line["file"] or "").endswith(end)}


@pytest.mark.parametrize("wanted", ["count", "app.py:count"])
def test_a_python_function(recorded, wanted):
    text = annotated(recorded, wanted)
    expected = line_shares(recorded, "app.py")
    line = line_of(program, "while time.process_time() < end:")
    own, total = shares(text, line)
    assert total == pytest.approx(expected[line], abs=0.06)
    assert "library.sum" not in text, "another function"
    assert "def count(seconds):" in text and "py/nat/mpi" in text


def test_a_file_has_the_lines_of_all_its_functions(recorded):
    text = annotated(recorded, "app.py")
    expected = {line: share for line, share in line_shares(recorded, "app.py").items() if share > 0.2}
    assert len(expected) >= 3
    for line, share in expected.items():
        assert shares(text, line)[1] == pytest.approx(share, abs=0.06), text
    line = line_of(program, "library.sum(60_000_000)")
    own, total = shares(text, line)
    # Native code below a Python line is the line's own.
    assert own == pytest.approx(total, abs=0.06)


@pytest.mark.parametrize("source, function, part", [("kernel.c", "sum", "total += 1.0"),
                                                    ("smooth.f90", "smooth", "cells(i) = cells(i)")])
def test_compiled_functions_and_their_files(recorded, source, function, part):
    if source == "smooth.f90" and shutil.which("gfortran") is None:
        pytest.skip("no gfortran")
    expected = line_shares(recorded, source)
    by_file, by_name = annotated(recorded, source), annotated(recorded, f"{source}:{function}")
    hottest = max(expected, key=expected.get)
    for text in (by_file, by_name):
        assert part in text
        assert shares(text, hottest)[1] == pytest.approx(expected[hottest], abs=0.06)


def test_cython(tmp_path):
    module = runs.build / "tests/kernels/k16_directives_plain"
    if not list(module.glob("k16*.so")):
        pytest.skip("K16 was not built: no Cython")
    code = ("import array, sys; sys.path.insert(0, sys.argv[1]); import k16\n"
            "k16.untyped(array.array('d', range(2000)), 400)")
    recorded = runs.record([runs.python3, "-c", code, module], tmp_path)
    text = annotated(recorded, "k16.pyx")
    line = line_of((runs.top / "tests/kernels/k16_cython/k16.pyx").read_text().partition("def untyped")[2], "cells[i] +=")
    offset = line_of((runs.top / "tests/kernels/k16_cython/k16.pyx").read_text(), "def untyped") - 1
    assert shares(text, line + offset)[1] > 50, text


def test_ranks_stand_beside_the_lines(tmp_path):
    launcher = runs.mpirun(2)
    (tmp_path / "uneven.py").write_text(
        "import time\nfrom mpi4py import MPI\n"
        "end = time.process_time() + (1.2 if MPI.COMM_WORLD.Get_rank() == 1 else 0.4)\n"
        "while time.process_time() < end:\n    sum(range(200))\n")
    recorded = runs.record([runs.python3, "uneven.py"], tmp_path, launcher)
    text = annotated(recorded, "uneven.py")
    # 1.2 s of 1.6 s are 75 % of about 320 samples: five standard deviations.
    (factor,) = re.findall(r"(\d\.\d\d) r1 .*sum\(range", text)
    assert float(factor) == pytest.approx(1.5, abs=0.25) and " ranks " in text


def test_several_matches_are_listed_and_slips_recognised(recorded, tmp_path):
    answer = runs.ask("annotate", recorded.profile, "countt")
    assert answer.returncode == usage and "did you mean count?" in answer.stderr
    answer = runs.ask("annotate", recorded.profile, "no such thing at all")
    assert answer.returncode == usage and "report --by function" in answer.stderr
    for place in ("one.py", "two.py"):
        (tmp_path / place).write_text("def same():\n    sum(range(20_000_000))\n")
    (tmp_path / "both.py").write_text("import one, two\none.same()\ntwo.same()\n")
    both = runs.record([runs.python3, "both.py"], tmp_path)
    answer = runs.ask("annotate", both.profile, "same")
    assert answer.returncode == usage and "one.py:same" in answer.stderr and "two.py:same" in answer.stderr
    assert "sum(range" in annotated(both, "one.py:same")


def test_a_missing_source_is_said(recorded, tmp_path):
    folder = recorded.folder
    (folder / "kernel.c").rename(folder / "kernel.away")
    try:
        text = annotated(recorded, "kernel.c")
        assert "cannot be had here" in " ".join(text.split())
        assert shares(text, line_of(kernel_c, "total += 1.0")) is not None
    finally:
        (folder / "kernel.away").rename(folder / "kernel.c")
    missing = runs.ask("annotate", tmp_path / "none.pyprof", "x")
    assert missing.returncode == unreadable
