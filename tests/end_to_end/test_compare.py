"""pyprof compare: sampled profiles beside cProfile's files, and programs that it runs itself."""

import json
import subprocess

import environments
import pytest
import runs
from page_data import Page

usage, unreadable = 2, 3

# Two functions of known numbers of calls: one that is called over and over, one that spends its time in zlib.
program = """
import sys, threading, zlib

class Counter:
    def __init__(self):
        self.count = 0
    def add(self, number):
        self.count += number & 1

def call(times):
    counter = Counter()
    for number in range(times):
        counter.add(number)
    return counter.count

def squeeze(times):
    data = b"".join(zlib.crc32(number.to_bytes(4, "big")).to_bytes(4, "big") for number in range(20_000))
    return sum(len(zlib.compress(data, 9)) for _ in range(times))

def recurse(depth):
    return depth if depth == 0 else recurse(depth - 1)

def background():
    squeeze(60)

print(call(4_000_000), squeeze(80) > 0, recurse(30))
if "thread" in sys.argv:
    thread = threading.Thread(target=background)
    thread.start()
    thread.join()
"""
call_count = 4_000_000


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(program)
    return path


def trace(interpreter, folder, output, *command):
    """The command under cProfile."""
    subprocess.run([interpreter, "-m", "cProfile", "-o", folder / output, *command], cwd=folder, check=True,
                   capture_output=True, timeout=60)
    return folder / output


def compared(*words):
    answer = runs.ask("compare", *words, "--json")
    assert answer.returncode == 0, answer.stderr
    document = json.loads(answer.stdout)
    runs.validate(document, "compare")
    check_sums(document)
    return document


def check_sums(document):
    """Every second of either side stands somewhere, once."""
    functions = document["functions"]
    traced = sum((f["cprofile_self_s"] or 0) + (f["cprofile_builtin_s"] or 0) for f in functions)
    assert traced + document["cprofile_unowned_s"] == pytest.approx(document["cprofile_s"], rel=1e-6, abs=1e-6)
    sampled = sum(f["sampled_self_s"] for f in functions)
    assert sampled <= document["sampled_s"] * (1 + 1e-9)
    for f in functions:
        split = sum(part or 0 for part in f["split"].values())
        assert split <= f["sampled_self_s"] + 1e-9
        low, high = f["sampled_self_ci_s"]
        assert low <= f["sampled_self_s"] + 1e-9 and f["sampled_self_s"] <= high + 1e-9


def function(document, name):
    (found,) = [f for f in document["functions"] if f["name"] in (name, f"Counter.{name}") and f["file"].endswith("program.py")]
    return found


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_functions_are_matched_in_every_version(interpreter, script, tmp_path):
    recorded = runs.record([interpreter, "program.py"], tmp_path, options=["--mode", "wall"])
    document = compared(recorded.profile, trace(interpreter, tmp_path, "calls.prof", "program.py"))
    add, squeeze, recurse = (function(document, name) for name in ("add", "squeeze", "recurse"))
    assert add["ncalls"] == call_count and add["file"] == str(script) and add["samples"] > 0
    assert recurse["ncalls"] == 31
    if add["samples"] >= 10:
        assert add["inflation"] == pytest.approx((add["cprofile_self_s"] + add["cprofile_builtin_s"]) / add["sampled_self_s"])
    # zlib below squeeze or the generator in it, wherever a version puts the frame
    generator = [f for f in document["functions"] if f["name"].endswith("squeeze.<locals>.<genexpr>") or f["name"] == "<genexpr>"]
    within = [squeeze, *generator]
    assert any("hidden_native" in f["flags"] for f in within), within
    assert any("zlib.compress" in builtin["name"] for f in within for builtin in f["builtins"])
    assert any("deflate" in native["name"] or "libz" in native["name"] for f in within for native in f["native"])
    lost = [f for f in document["functions"] if f["samples"] >= 10 and f["file"] == str(script) and f["ncalls"] is None]
    assert not lost


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_one_run_of_both_keeps_the_cost_of_cprofile_apart(interpreter, script, tmp_path):
    recorded = runs.record([interpreter, "-m", "cProfile", "-o", "both.prof", "program.py"], tmp_path,
                           options=["--mode", "wall"])
    document = compared(recorded.profile, tmp_path / "both.prof")
    add = function(document, "add")
    # Two callbacks for each call of so short a function: more than a tenth of the run, and below it or its caller.
    assert document["tracing_s"] > 0.1 * document["sampled_s"]
    assert add["tracing_s"] + function(document, "call")["tracing_s"] > 0.8 * document["tracing_s"]
    traced = [f for f in document["functions"] if f["file"] == str(script) and f["extension_s"] > 0]
    assert traced, "zlib is no part of cProfile"
    assert not any("_lsprof" in native["name"] for f in document["functions"] for native in f["native"])
    shown = runs.ask("compare", recorded.profile, tmp_path / "both.prof").stdout
    assert "cProfile itself took" in shown


def test_threads_that_cprofile_does_not_see(script, tmp_path):
    # Before 3.12, and there is a system's interpreter of 3.11 on Debian 12.
    interpreter = next((path for version, path in runs.interpreters().items() if version in ("3.9", "3.10", "3.11")), None)
    if interpreter is None:
        pytest.skip("no CPython before 3.12 on this machine")
    words = ["program.py", "thread"]
    recorded = runs.record([interpreter.path, *words], tmp_path, options=["--mode", "wall"])
    document = compared(recorded.profile, trace(interpreter.path, tmp_path, "calls.prof", *words))
    elsewhere = sum(f["elsewhere_s"] for f in document["functions"] if f["file"] == str(script))
    assert elsewhere > 0.8 * sum(f["elsewhere_s"] for f in document["functions"]) > 0
    assert function(document, "call")["elsewhere_s"] == 0


def test_ranks_are_put_side_by_side(script, tmp_path):
    launcher = runs.mpirun(2)
    (tmp_path / "rank.py").write_text(
        "import cProfile, sys\nfrom mpi4py import MPI\nrank = MPI.COMM_WORLD.Get_rank()\n"
        "sys.argv, names = ['program.py'], {'__name__': '__main__'}\ncode = compile(open('program.py').read(), 'program.py', 'exec')\n"
        "if TRACE:\n    profile = cProfile.Profile()\n    profile.runctx(code, names, names)\n"
        "    profile.dump_stats(f'calls-{rank}.prof')\nelse:\n    exec(code, names)\n")
    text = (tmp_path / "rank.py").read_text()
    (tmp_path / "traced.py").write_text("TRACE = True\n" + text)
    (tmp_path / "sampled.py").write_text("TRACE = False\n" + text)
    recorded = runs.record([runs.python3, "sampled.py"], tmp_path, launcher, ["--mode", "wall"])
    assert runs.run([*launcher, runs.python3, "traced.py"], tmp_path).returncode == 0
    pattern, files = tmp_path / "calls-%r.prof", [tmp_path / f"calls-{rank}.prof" for rank in range(2)]
    for words in ([pattern], files):
        document = compared(recorded.profile, *words)
        assert document["ranks"] == 2
        assert function(document, "add")["ncalls"] == 2 * call_count
    one = compared(recorded.profile, files[1], "--rank", 1)
    assert function(one, "add")["ncalls"] == call_count
    answer = runs.ask("compare", recorded.profile, files[0])
    assert answer.returncode == usage and "NAME-%r.prof" in answer.stderr and "--rank" in answer.stderr


watched = """
import builtins
profile = getattr(builtins, "profile", lambda function: function)

class Work:
    @profile
    def sums(self, count):
        total = 0
        for number in range(count):
            total += number * number
        return total

    @profile
    def sort(self, numbers):
        return sorted(numbers)

Work().sums(2_000_000)
numbers = [number * 7919 % 100_003 for number in range(200_000)]
for _ in range(10):
    Work().sort(numbers)
"""


def test_lines_of_line_profiler(tmp_path):
    interpreter = environments.interpreter_with("line_profiler")
    (tmp_path / "watched.py").write_text(watched)
    recorded = runs.record([interpreter, "watched.py"], tmp_path, options=["--mode", "wall"])
    subprocess.run([interpreter, "-m", "kernprof", "-l", "-o", "watched.lprof", "watched.py"], cwd=tmp_path, check=True,
                   capture_output=True, timeout=120)
    answer = runs.ask("compare", recorded.profile, tmp_path / "watched.lprof", "--json")
    assert answer.returncode == 0, answer.stderr
    document = json.loads(answer.stdout)
    runs.validate(document, "compare")
    assert document["tracer"] == "line_profiler" and document["functions"] == []
    text = watched.splitlines()
    lines = {text[line["line"] - 1].strip(): line for line in document["lines"]}
    loop, add = lines["for number in range(count):"], lines["total += number * number"]
    assert (loop["hits"], add["hits"]) == (2_000_001, 2_000_000)
    sort = lines["return sorted(numbers)"]
    assert sort["hits"] == 10 and sort["samples"] > 0
    assert loop["sampled_s"] + add["sampled_s"] < loop["time_s"] + add["time_s"]
    shown = runs.ask("compare", recorded.profile, tmp_path / "watched.lprof").stdout
    assert "total += number * number" in shown
    mixed = runs.ask("compare", recorded.profile, runs.top / "tests/fuzz/corpus/line_profiler/cut")
    assert mixed.returncode == unreadable and "kernprof -l" in mixed.stderr


def test_the_page_holds_the_comparison(script, tmp_path):
    recorded = runs.record([runs.python3, "program.py"], tmp_path, options=["--mode", "wall"])
    words = ["compare", recorded.profile, trace(runs.python3, tmp_path, "calls.prof", "program.py")]
    answer = runs.ask(*words, "--html", tmp_path / "page.html")
    assert answer.returncode == 0 and answer.stdout == "", answer.stderr
    page, document = Page(tmp_path / "page.html"), json.loads(runs.ask(*words, "--json").stdout)
    comparison = page.header["comparison"]
    for held, told in zip(comparison["functions"], document["functions"], strict=True):
        assert {key: held[key] for key in told} == told
    for key in ("tracer", "tax_per_call_s", "ncalls", "notes"):
        assert comparison[key] == document[key]
    functions = {function["name"]: function for function in comparison["functions"] if function["file"].endswith("program.py")}
    assert functions["squeeze"]["builtin_calls"] == 2  # join and sum
    names = [page.header["strings"][number] for number in page.columns["function.name"]]
    assert all(names[functions[name]["id"]] == name for name in ("Counter.add", "call", "squeeze"))
    assert any(excerpt["file"].endswith("program.py") for excerpt in page.sources)
    assert comparison["facts"] and comparison["legend"]
    bare = runs.ask(*words, "--html", tmp_path / "bare.html", "--no-source")
    assert bare.returncode == 0 and Page(tmp_path / "bare.html").sources == []
    assert runs.ask(*words, "--no-source").returncode == usage
    refused = runs.ask(*words, "--html", tmp_path / "absent/page.html")
    assert refused.returncode == usage and "absent" in refused.stderr


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "sample.pyprof"
    subprocess.run([runs.build / "tests/write_sample_profile", path], check=True)
    return path


def test_what_is_no_file_of_cprofile_is_refused(sample, tmp_path):
    corpus = runs.top / "tests/fuzz/corpus/cprofile"
    (tmp_path / "text").write_text("no profile")
    for file, words in ((tmp_path / "text", "python -m cProfile -o"), (corpus / "cpython-2.7", "Python 2"),
                        (corpus / "cut", "python -m cProfile -o"), (tmp_path / "missing.prof", "missing.prof"),
                        (corpus / "sampled_3.15", "python -m cProfile -o")):
        answer = runs.ask("compare", sample, file, file)
        assert answer.returncode == unreadable and words in answer.stderr, answer.stderr
        assert answer.stdout == "" and answer.stderr.count("\n") == 1
    good = corpus / "cpython-3.11"
    one = tmp_path / "one.pyprof"
    subprocess.run([runs.pyprof, "-q", "-o", one, runs.python3, "-c", "sum(range(10**7))"], check=True, timeout=60)
    pattern = runs.ask("compare", one, tmp_path / "rank-%r.prof")
    assert pattern.returncode == usage and "no ranks" in pattern.stderr
    kinds = runs.ask("compare", sample, good, runs.top / "tests/fuzz/corpus/line_profiler/version_5.1")
    assert kinds.returncode == usage and "one kind at a time" in kinds.stderr
    assert runs.ask("compare", tmp_path / "text", good).returncode == unreadable
    assert runs.ask("compare", sample).returncode == usage
    assert runs.ask("compare", sample, good, "--rank", 7).returncode == usage
