"""Each reference kernel is profiled, and the profile is held against what the kernel measured of itself."""

import pathlib
import re
import subprocess

import check
import pytest
import runs
from measured import (assert_true, functions_below_python, here, kernel_builds, measure, programs, run_kernel,
                      seconds_at_first)

each_interpreter = pytest.mark.parametrize("interpreter", runs.each_interpreter())


@each_interpreter
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


@pytest.mark.parametrize("program", ["k07_scalars.py", "k08_slices.py", "k09_electrostatics.py"],
                         ids=["K07", "K08", "K09"])
def test_statements_of_numpy(program, tmp_path):
    runs.require_modules("numpy")
    measured = measure(tmp_path, program)
    assert_true(measured.report(), measured.truth[-1])


def test_temporaries_K50_cost_fresh_pages(tmp_path):
    runs.require_modules("numpy")
    measured = measure(tmp_path, "k50_temporaries.py")
    assert_true(measured.report(), measured.truth[-1])
    fresh, in_place = map(int, re.search(r"faults (\d+) (\d+)", measured.recorded.process.stdout).groups())
    assert fresh > 10 * in_place


def test_blas_K06_has_a_named_kernel(tmp_path):
    runs.require_modules("numpy")
    measured = measure(tmp_path, "k06_blas.py")
    report = measured.report()
    assert_true(report, measured.truth[-1])
    assert any("gemm" in name and "blas" in (module or "") for name, module in functions_below_python(report)), \
        functions_below_python(report)


def test_blas_K06_is_the_one_that_is_loaded(tmp_path):
    """NumPy finds the reference BLAS in the folder that is named first, whatever it was built for."""
    runs.require_modules("numpy")
    folders = [folder for name in ("blas", "lapack") for folder in pathlib.Path("/usr/lib").glob(f"*/{name}")]
    if len(folders) != 2:
        pytest.skip("no reference BLAS and LAPACK (Debian: libblas3, liblapack3)")
    measured = measure(tmp_path, "k06_blas.py", LD_LIBRARY_PATH=":".join(map(str, folders)))
    report = measured.report()
    assert_true(report, measured.truth[-1])
    modules = {pathlib.Path(module or "").name.partition("-")[0]: name for name, module in functions_below_python(report)}
    assert any(module.startswith("libblas.so") for module in modules), modules
    assert not any("openblas" in module for module in modules), modules


def test_blas_K06_in_two_threads(tmp_path):
    """The second thread has no Python: its products stand below the line that wants them."""
    runs.require_modules("numpy")
    measured = run_kernel(tmp_path / "two", seconds_at_first / 2, [runs.python3, programs / "k06_blas.py"], (), lambda _: (),
                          OPENBLAS_NUM_THREADS=2)
    report = measured.report()
    assert not check.check_totals(report)
    metric = check.metric_of(report)
    busy = [thread for thread in report["threads"] if thread["self"][metric] > 0]
    assert len(busy) >= 2
    (kernel,) = [kernel for kernel in report["kernels"] if "dgemm" in kernel["name"] and "kernel" in kernel["name"]][:1]
    assert kernel["callers"][0]["file"].endswith("k06_blas.py"), kernel
    assert kernel["self"][metric] > 0.5 * measured.truth[-1]["matrix matrix"].cpu_ns


def build_of_extension(kind):
    folder = kernel_builds / f"k13_{kind}"
    if not (folder / "k13.so").exists():
        pytest.skip(f"the C extension was not built ({folder})")
    return folder


@each_interpreter
def test_extension_K13_with_symbols(interpreter, tmp_path):
    measured = measure(tmp_path, "k13_extension.py", build_of_extension("plain"), interpreter=interpreter)
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


k48 = here / "k48_embed"


def hosted_simulation(kind):
    program = kernel_builds / f"k48_{kind}/k48"
    if not program.exists():
        pytest.skip(f"the host was not built: no libpython to link with ({program})")
    return program


def test_embedding_K48(tmp_path):
    """A C++ program that hosts the interpreter: time in each direction, and every stack one that the program can have."""
    measured = measure(tmp_path, k48, interpreter=hosted_simulation("plain"))
    report = measured.report()
    assert_true(report, measured.truth[-1])
    exported = runs.ask("export", measured.recorded.profile, "--format", "collapsed", "--granularity", "line", "-o", "-")
    of_kernel = [re.findall(r"([^;]+) \(k48\.(?:cpp|py):\d+\)", line) for line in exported.stdout.splitlines()]
    names = [[re.split(r"::|\.", name)[-1] for name in stack if "Object" not in name] for stack in of_kernel]
    found = {tuple(stack) for stack in names if "run" in stack}
    into_python = ("main", "run", "take_step", "take")
    round_trip = (*into_python, "host_visit", "visit", "potential")
    deepest = {round_trip, ("main", "run", "integrate"), (*into_python, "host_energy", "energy"), (*into_python, "<genexpr>")}
    assert deepest <= found <= {stack[:end] for stack in deepest for end in range(1, len(stack) + 1)}


def host_of(interpreter, folder):
    """The host, built for another interpreter's library, and its version."""
    question = """
import platform, sysconfig
print(*map(sysconfig.get_config_var, ("LIBDIR", "LDVERSION")), sysconfig.get_path("include"), platform.python_version())"""
    answer = subprocess.run([interpreter, "-c", question], capture_output=True, text=True, check=True)
    libraries, name, headers, version = answer.stdout.split()
    if not pathlib.Path(libraries, f"libpython{name}.so").exists() or not pathlib.Path(headers, "Python.h").exists():
        pytest.skip(f"{interpreter} has no library to link with")
    program = folder / "k48"
    subprocess.run(["c++", "-O2", "-g", f"-I{headers}", f"-I{here / 'truth'}", k48 / "k48.cpp", "-o", program,
                    f"-L{libraries}", f"-Wl,-rpath,{libraries}", f"-lpython{name}"], check=True)
    return program, version


@each_interpreter
def test_embedding_K48_of_each_version(interpreter, tmp_path):
    program, version = host_of(interpreter, tmp_path)
    measured = measure(tmp_path, k48, interpreter=program)
    report = measured.report()
    assert_true(report, measured.truth[-1])
    assert [process["python"] for process in report["processes"]] == [version]


def test_embedding_K48_stripped(tmp_path):
    """Without symbols the shares of the Python step stay right, and the host's functions are named by their range."""
    measured = run_kernel(tmp_path / "once", seconds_at_first, [hosted_simulation("stripped"), k48], (), lambda _: ())
    report = measured.report()
    in_python = {name: phase for name, phase in measured.truth[-1].items() if phase.domain == "python"}
    assert not check.check_totals(report)
    assert not check.check_shares({**in_python, "whole": in_python["step"]}, report, required_samples=150)
    assert any(name.startswith("k48!0x") for name, _ in functions_below_python(report))
