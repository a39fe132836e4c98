"""Programs over each kind of native binding: what the compiled code measured of itself, and how its stacks are shown.

Every kernel runs with the symbols and source lines of its compiled part, and as distributions ship it.
"""

import collections
import functools
import pathlib
import re

import check
import pytest
import runs
from measured import assert_true, functions_below_python, here, kernel_builds, measure, run_once

# `script` and `arguments` start the kernel; {} stands for the folder of its compiled part, which holds `library`.
# `functions` are the user's functions as they are shown, with their source file. `wrappers` is a regular expression for
# the frames that the binding puts before them, and `caller` who calls them in Python, if it is not the script itself.
Binding = collections.namedtuple("Binding", "script arguments folder library functions wrappers caller")


def binding(script, arguments, folder, library, functions, wrappers, caller="<module>"):
    return Binding(here / script, arguments, folder, library, functions, wrappers, caller)


plate = {"plate_relax": "plate.c", "plate_energy": "plate.c"}
source_k17 = here / "k17_f2py/k17.f90"
sources_k16 = {"directives": here / "k16_cython/k16.pyx", "comments": kernel_builds / "k16_cython/comments/k16.pyx"}
bindings = {
    "K14": binding("k14_ctypes/k14.py", ["{}"], "plate", "libplate.so", plate, r"_ctypes!.*ffi_call"),
    "K15-abi": binding("k15_cffi/k15.py", ["abi", "{}"], "plate", "libplate.so", plate, r"_cffi_backend!.*ffi_call"),
    "K15-api": binding("k15_cffi/k15.py", ["api", "{}"], "k15_api", "k15_api*.so", plate, r"_cffi_f_plate_"),
    **{f"K16-{way}": binding("k16_cython/k16.py", ["{}", source], f"k16_{way}", "k16*.so",
                             {"k16.evolve": "k16.pyx", "k16.Plate.energy": "k16.pyx"},
                             r"k16\.(evolve|Plate\.energy) \(k16.pyx") for way, source in sources_k16.items()},
    "K17": binding("k17_f2py/k17.py", ["{}", source_k17], "k17", "k17*.so",
                   {"rod::evolve": "k17.f90", "rod::total_of::add": "k17.f90", "pi_by_series": "k17.f90"},
                   r"f2py_rout_k17_"),
    "K18": binding("k18_swig/k18_driver.py", ["{}"], "_k18", "_k18*.so", plate, r"_wrap_plate_", "plate_\\w+"),
    "K19": binding("plate/drive_class.py", ["{}", "k19"], "k19", "k19*.so",
                   {"Plate<double>::relax": "plate.hpp", "pybind11_init_k19::{lambda}::operator()": "k19.cpp"},
                   r"pybind11::cpp_function::dispatcher.*pybind11::cpp_function::initialize"),
    "K20": binding("plate/drive_class.py", ["{}", "k20"], "k20", "k20*.so",
                   {"Plate<double>::relax": "plate.hpp", "energy": "k20.cpp"},
                   r"libboost_python.*boost::python::objects::caller_py_function_impl<\.\.\.>::operator\(\)"),
}
modules = {"K15-abi": "cffi", "K15-api": "cffi", "K17": "numpy"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Runs a kernel of `bindings`, once for all tests that look at the same kind of it."""
    @functools.lru_cache(maxsize=None)
    def run_kind(name, kind):
        kernel = bindings[name]
        folder = kernel_builds / f"{kernel.folder}_{kind}"
        if not list(folder.glob(kernel.library)):
            pytest.skip(f"the compiled part of {name} was not built ({folder})")
        if name in modules:
            runs.require_modules(modules[name])
        words = [str(word).format(folder) for word in kernel.arguments]
        return measure(tmp_path_factory.mktemp(f"{name}-{kind}"), kernel.script, *words)
    return run_kind


def stacks(measured, *options):
    """The stacks of the profile as lists of "function (file:line)", outermost first."""
    exported = runs.ask("export", measured.recorded.profile, "--format", "collapsed", "--granularity", "line", "-o", "-",
                        *options)
    assert exported.returncode == 0, exported.stderr
    return [line.rpartition(" ")[0].split(";") for line in exported.stdout.splitlines()]


def paths_to(function, file, found):
    """The frames above each frame of a function that has a line in its source file."""
    pattern = re.compile(re.escape(function) + rf" \({re.escape(file)}:\d+\)")
    return [stack[:at] for stack in found for at, frame in enumerate(stack) if pattern.fullmatch(frame)]


def function_of(frame):
    return frame.rpartition(" (")[0]


def assert_called_by_python(kernel, measured):
    """Python line, user's function, source line; with the wrappers between them when they are asked for."""
    shown, whole = stacks(measured), stacks(measured, "--machinery")
    for function, file in kernel.functions.items():
        callers = [path[-1] for path in paths_to(function, file, shown)]
        outside = [caller for caller in callers if function_of(caller) != function.rpartition("::")[0]]
        assert callers and all(re.fullmatch(rf"({kernel.caller}|{function}) \(\w+\.py:\d+\)", caller)
                               for caller in outside), (function, set(callers))
        paths = [";".join(path) for path in paths_to(function, file, whole)]
        assert any(re.search(rf"\.py:\d+\);.*{kernel.wrappers}", path) for path in paths), (function, paths[:1])


def share_named(report):
    """Share of native samples whose innermost function has a symbol or, said so, a range."""
    quality = report["quality"]
    return 1 - quality["unresolved_native"] / max(quality["native"], 1)


@pytest.mark.parametrize("name", bindings)
def test_with_symbols(name, run):
    measured = run(name, "plain")
    report = measured.report()
    assert_true(report, measured.truth[-1])
    assert_called_by_python(bindings[name], measured)
    print(f"{name}: {100 * share_named(report):.2f} % of native samples named")
    assert share_named(report) >= 0.99


@pytest.mark.parametrize("name", bindings)
def test_stripped(name, run):
    """Without symbols the Python lines stay right, and functions are named by their range, or what the library exports."""
    measured = run(name, "stripped")
    report = measured.report()
    assert_true(report, {phase: at for phase, at in measured.truth[-1].items() if at.domain == "python"})
    in_library = {function for function, module in functions_below_python(report)
                  if module and pathlib.Path(module).match(bindings[name].library)}
    exported = {function for function in bindings[name].functions if "rod" in function or function in plate}
    assert any(re.match(r"[\w.]+!0x", function) or function in exported for function in in_library), in_library
    print(f"{name} stripped: {100 * share_named(report):.2f} % of native samples named")
    assert share_named(report) >= 0.99


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_ctypes_of_each_version_K14(interpreter, tmp_path):
    kernel = bindings["K14"]
    measured = measure(tmp_path, kernel.script, kernel_builds / f"{kernel.folder}_plain", interpreter=interpreter)
    assert_true(measured.report(), measured.truth[-1])


def test_square_root_that_nobody_uses_K16(run):
    """The compiler removes it with its loop, and then no line of it has time, though the program calls it."""
    report = run("K16-directives", "plain").report()
    (used,) = [f for f in report["functions"] if f["name"] == "k16.sqrt_used"]
    assert used["total"][check.metric_of(report)] > 0
    unused = [f for f in report["functions"] if f["name"] == "k16.sqrt_unused"]
    assert not unused, unused


def test_callback_in_C_K14(run):
    """Python calls the C library's qsort, which calls Python: nothing of ctypes stands between them."""
    shown = stacks(run("K14", "plain"))
    callbacks = [stack for stack in shown if any(function_of(frame) == "compare" for frame in stack)]
    assert callbacks
    for stack in callbacks:
        named = [function_of(frame) for frame in stack]
        begin, end = named.index("<module>"), named.index("compare")
        assert all("sort" in name for name in named[begin + 1:end]), named


def test_copies_of_f2py_K17(run):
    """An array in the wrong order is copied, and the copy is seen below the line that passes it."""
    measured = run("K17", "plain")
    phase = measured.truth[-1]["copies"]
    line = re.compile(rf"<module> \(k17.py:({phase.line_first}|{phase.line_last})\)")
    below = {function_of(stack[at + 1]) for stack in stacks(measured) for at, frame in enumerate(stack[:-1])
             if line.fullmatch(frame)}
    assert any(name.endswith("from_pyobj") for name in below), below


def test_quadrature_K10(tmp_path):
    """Python calls SciPy's compiled code, which calls Python."""
    runs.require_modules("scipy")
    measured = measure(tmp_path, here / "k10_scipy/k10.py")
    report = measured.report()
    assert_true(report, measured.truth[-1])
    for stack in stacks(measured):
        named = [function_of(frame) for frame in stack]
        if "integrand" in named:
            between = named[named.index("quad"):named.index("integrand")]
            assert any("quadpack!" in name for name in between), named
            return
    pytest.fail("no sample of the integrand")


def numexpr_functions(report):
    return [f for f in report["functions"] if (f["module"] or "").startswith("interpreter.")]


def test_numexpr_K11(tmp_path):
    runs.require_modules("numexpr")
    measured = measure(tmp_path, here / "k11_numexpr/k11.py", "1")
    report = measured.report()
    assert_true(report, measured.truth[-1])
    assert numexpr_functions(report)


def test_numexpr_K11_in_two_threads(tmp_path):
    runs.require_modules("numexpr")
    report = run_once(tmp_path, here / "k11_numexpr/k11.py", "2").report()
    problems = check.check_totals(report)
    assert not problems, problems
    assert numexpr_functions(report)
    busy = [thread for thread in report["threads"] if thread["self"][check.metric_of(report)] > 0.1e9]
    assert len(busy) >= 2, report["threads"]
