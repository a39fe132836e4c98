"""Each reference kernel is profiled, and the profile is held against what the kernel measured of itself."""

import pathlib

import check
import pytest
import runs
from measured import assert_true, functions_below_python, kernel_builds, measure


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
@pytest.mark.parametrize("program", ["k01_pyloop.py", "k02_pylines.py"], ids=["K01", "K02"])
def test_python_lines(program, interpreter, tmp_path):
    measured = measure(tmp_path, program, interpreter=interpreter)
    assert_true(measured.report(), measured.truth[-1])


def test_elementwise_K05_is_no_blas(tmp_path):
    runs.require_modules("numpy")
    measured = measure(tmp_path, "k05_elementwise.py")
    report = measured.report()
    assert_true(report, measured.truth[-1])
    assert functions_below_python(report)
    blas = [f for f in report["functions"] if "blas" in (f["module"] or "") and f["self"][check.metric_of(report)]]
    assert not blas, blas


def test_blas_K06_has_a_named_kernel(tmp_path):
    runs.require_modules("numpy")
    measured = measure(tmp_path, "k06_blas.py")
    report = measured.report()
    assert_true(report, measured.truth[-1])
    assert any("gemm" in name and "blas" in (module or "") for name, module in functions_below_python(report)), \
        functions_below_python(report)


def build_of_extension(kind):
    folder = kernel_builds / f"k13_{kind}"
    if not (folder / "k13.so").exists():
        pytest.skip(f"the C extension was not built ({folder})")
    return folder


def test_extension_K13_with_symbols(tmp_path):
    measured = measure(tmp_path, "k13_extension.py", build_of_extension("plain"))
    report = measured.report()
    assert_true(report, measured.truth[-1])
    callers = [caller for kernel in report["kernels"] if kernel["name"] == "square_held" for caller in kernel["callers"]]
    assert [(pathlib.Path(c["file"]).name, c["function"]) for c in callers] == [("k13_extension.py", "<module>")]


def test_extension_K13_stripped(tmp_path):
    """Without symbols the Python lines stay right, and functions are named by their range."""
    measured = measure(tmp_path, "k13_extension.py", build_of_extension("stripped"))
    report = measured.report()
    in_python = {name: phase for name, phase in measured.truth[-1].items() if phase.domain == "python"}
    assert_true(report, in_python)
    assert any(name.startswith("k13.so!0x") for name, _ in functions_below_python(report))


@pytest.mark.parametrize("ranks", [2, 4])
def test_heat_K30_on_ranks(ranks, tmp_path):
    runs.require_modules("numpy", "mpi4py")
    library = kernel_builds / "heat/libheat.so"
    # On this plate one step lasts longer than a tick of the kernel. Ranks that wait for each other in shorter steps
    # change places at ticks, when CPU timers expire too, and what a rank does right after one is seen too rarely.
    measured = measure(tmp_path, "k30_heat.py", "--library", library, "--size", "4000", "--steps", "1000000000",
                       launcher=runs.mpirun(ranks), arguments_of=lambda seconds: ["--seconds", str(seconds)])
    assert sorted(measured.truth) == list(range(ranks))
    for rank, phases in measured.truth.items():
        assert_true(measured.report(rank), phases)
    report = measured.report()
    assert not check.check_totals(report)
    (kernel,) = [kernel for kernel in report["kernels"] if kernel["name"] == "heat_step"]
    assert kernel["file"].endswith("heat.c")
