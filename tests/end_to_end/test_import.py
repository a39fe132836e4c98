"""pyprof import: collapsed stacks, pprof files and cProfile's files become profiles with the same totals."""

import gzip
import os
import pstats
import subprocess

import pytest
import runs

usage, unreadable = 2, 3


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "sample.pyprof"
    subprocess.run([runs.build / "tests/write_sample_profile", path], check=True)
    return path


def imported(file, folder, *options):
    output = folder / f"{file.name}.pyprof"
    answer = runs.ask("import", file, "-o", output, *options)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", ""), answer.stderr
    return output


def total(profile):
    report = runs.load_report(profile)
    name = report["metrics"][0]["name"]
    return sum(function["self"][name] for function in report["functions"])


def test_what_pyprof_exports_comes_back(sample, tmp_path):
    for form, options in (("collapsed", ["--unit", "ns", "--mode", "cpu"]), ("pprof", [])):
        file = tmp_path / f"export.{form}"
        assert runs.ask("export", sample, "--format", form, "-o", file).returncode == 0
        profile = imported(file, tmp_path, *options)
        assert total(profile) == total(sample)
        report, original = runs.load_report(profile), runs.load_report(sample)
        assert report["metrics"][0] == original["metrics"][0]
        # Twice through another format is the same text.
        again = tmp_path / f"again.{form}"
        assert runs.ask("export", profile, "--format", form, "-o", again).returncode == 0
        if form == "collapsed":
            assert sorted(again.read_text().splitlines()) == sorted(file.read_text().splitlines())
        else:
            ranks = {rank["rank"]: rank["self"]["cpu"] for rank in report["ranks"]}
            assert ranks == {rank["rank"]: rank["self"]["cpu"] for rank in original["ranks"]}


def test_every_verb_reads_what_was_imported(sample, tmp_path):
    (tmp_path / "x.collapsed").write_text("main (app.py:3);work (app.py:9);sum (libm.so.6) 70\nmain (app.py:4) 30\n")
    profile = imported(tmp_path / "x.collapsed", tmp_path)
    for words in (["report", profile], ["report", profile, "--by", "line"], ["info", profile], ["diff", profile, profile],
                  ["annotate", profile, "app.py"], ["report", profile, "--html", tmp_path / "page.html"],
                  ["export", profile, "--format", "speedscope", "-o", "-"]):
        answer = runs.ask(*words)
        assert answer.returncode == 0, (words, answer.stderr)
    text = runs.ask("report", profile).stdout
    assert "70.0 %" in text and "Imported from collapsed stacks" in runs.ask("info", profile).stdout


program = """
def leaf(n):
    return sum(range(n))

def left():
    return [leaf(200) for _ in range(3000)]

def right():
    return [leaf(2000) for _ in range(3000)]

def recurse(depth):
    return leaf(500) if depth == 0 else recurse(depth - 1)

left(), right(), [recurse(20) for _ in range(500)]
"""


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_times_of_cprofile_are_kept(interpreter, tmp_path):
    (tmp_path / "app.py").write_text(program)
    file = tmp_path / "calls.prof"
    subprocess.run([interpreter, "-m", "cProfile", "-o", file, "app.py"], cwd=tmp_path, check=True,
                   timeout=60, capture_output=True)
    profile = imported(file, tmp_path)
    report = runs.load_report(profile)
    text = runs.ask("report", profile).stdout
    assert "counted, not sampled" in text and "run longer" not in text and "0 Hz" not in text
    stats = pstats.Stats(str(file)).stats
    assert sum(f["self"]["wall"] for f in report["functions"]) == sum(round(own * 1e9) for _, _, own, _, _ in stats.values())
    for (path, line, name), (_, _, own, cumulative, _) in stats.items():
        if not path.endswith("app.py"):
            continue
        (found,) = [f for f in report["functions"] if (f["name"], f["line"] or 0) == (name, line)]
        assert found["file"] == path
        assert found["self"]["wall"] == round(own * 1e9)
        assert found["total"]["wall"] == pytest.approx(cumulative * 1e9, rel=0.02, abs=20_000)


def test_sampled_stacks_of_cpython(tmp_path):
    newest = runs.interpreters().get("3.15")
    if newest is None:
        pytest.skip("no CPython 3.15 on this machine")
    (tmp_path / "app.py").write_text("def work(n):\n    return sum(i * i for i in range(n))\nfor _ in range(30):\n    work(200_000)\n")
    file = tmp_path / "stacks"
    answer = subprocess.run([newest.path, "-m", "profiling.sampling", "run", "--collapsed", "-o", file,
                             "app.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    if not file.exists():
        pytest.skip(f"profiling.sampling cannot look into processes here: {answer.stderr.strip().splitlines()[-1:]}")
    report = runs.load_report(imported(file, tmp_path))
    counts = [int(line.rpartition(" ")[2]) for line in file.read_text().splitlines()]
    assert sum(f["self"]["samples"] for f in report["functions"]) == sum(counts)
    assert [f for f in report["functions"] if f["name"] == "work" and f["domain"] == "python" and f["file"] == "app.py"]


def test_bad_files_are_refused_with_a_reason(tmp_path, sample):
    exported = tmp_path / "whole.pb.gz"
    assert runs.ask("export", sample, "--format", "pprof", "-o", exported).returncode == 0
    whole = exported.read_bytes()
    cases = {"empty": b"", "words": b"no profile at all\n", "cut": whole[:-50], "bomb": gzip.compress(bytes(1 << 21)),
             "noise": os.urandom(5000), "damaged": whole[:200] + b"\0\0\0\0" + whole[204:],
             "number": b"a;b 12.5\n", "python2": b"{(s\x01\0\0\0", "pyprof": sample.read_bytes()}
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        answer = runs.ask("import", tmp_path / name, "-o", tmp_path / "out.pyprof")
        assert answer.returncode == unreadable, (name, answer.stderr)
        assert answer.stderr.startswith(f"pyprof: {tmp_path / name}: ") and answer.stderr.count("\n") == 1
        assert not (tmp_path / "out.pyprof").exists()
    assert runs.ask("import", tmp_path / "none", "-o", tmp_path / "out.pyprof").returncode == unreadable
    (tmp_path / "good").write_text("a;b 3\n")
    assert runs.ask("import", tmp_path / "good", "-o", "/nonexistent/x").returncode == usage
    assert runs.ask("import", tmp_path / "good").returncode == usage
    assert runs.ask("import", tmp_path / "good", "-o", tmp_path / "x", "--format", "svg").returncode == usage


def test_existing_files_are_kept(tmp_path):
    (tmp_path / "good").write_text("a;b 3\n")
    output = tmp_path / "out.pyprof"
    output.write_text("mine")
    answer = runs.ask("import", tmp_path / "good", "-o", output)
    assert answer.returncode == 0 and "out-2.pyprof" in answer.stderr and output.read_text() == "mine"
    assert total(tmp_path / "out-2.pyprof") == 3
