"""Exports, read by the programs they are for; reports of a profile made by hand. Totals are equal everywhere."""

import csv
import io
import json
import re
import subprocess

import pytest

import readers
import runs

unreadable, usage = 3, 2


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Hostile names, recursion, inlined frames, two ranks (tests/support/sample_profile.h)."""
    path = tmp_path_factory.mktemp("sample") / "sample.pyprof"
    subprocess.run([runs.build / "tests/write_sample_profile", path], check=True)
    return path


@pytest.fixture(scope="module")
def total(sample):
    return sum(function["self"]["cpu"] for function in runs.load_report(sample)["functions"])


def export(profile, form, output, *options):
    answer = runs.ask("export", profile, "--format", form, "-o", output, *options)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "" and answer.stderr == ""
    return output


def test_collapsed_sums_to_the_total(sample, total, tmp_path):
    for granularity in ("function", "line"):
        file = export(sample, "collapsed", tmp_path / granularity, "--granularity", granularity)
        lines = file.read_text().splitlines()
        assert sum(int(line.rpartition(" ")[2]) for line in lines) == total
        assert all(re.fullmatch(r"[^\x00-\x1f]+ \d+", line) for line in lines)


def test_speedscope_sums_to_the_total_and_is_well_formed(sample, total, tmp_path):
    document = json.loads(export(sample, "speedscope", tmp_path / "x.speedscope.json").read_text())
    frames = document["shared"]["frames"]
    assert all(frame["name"] for frame in frames)
    for profile in document["profiles"]:
        assert profile["type"] == "sampled" and profile["unit"] == "nanoseconds"
        assert len(profile["samples"]) == len(profile["weights"])
        assert profile["endValue"] - profile["startValue"] == sum(profile["weights"])
        assert all(0 <= frame < len(frames) for sample_ in profile["samples"] for frame in sample_)
        assert max(map(len, profile["samples"])) <= 2000
    assert sum(sum(profile["weights"]) for profile in document["profiles"]) == total


def test_pprof_reads_totals_names_and_ranks(sample, total, tmp_path):
    file = export(sample, "pprof", tmp_path / "x.pb.gz")
    top = readers.pprof("-top", "-unit=ns", "-nodefraction=0", file)
    assert "Type: cpu" in top
    assert f"of {total}ns total" in top
    for name in ("<module>", "stencil (inline)", "a;b", "operator<", "ünï", "dgemm_kernel_HASWELL"):
        assert name in top, name
    tags = readers.pprof("-tags", "-unit=ns", file)
    ranks = re.search(r"rank: Total.*\n((?:.*\d+ns.*\n)+)", tags)[1]
    assert len(ranks.splitlines()) == 2, tags
    assert re.search(r": 0$", ranks, re.M), tags
    counts = readers.pprof("-top", "-sample_index=samples", "-nodefraction=0", file)
    samples = runs.load_report(sample)["quality"]["signals"]
    assert f"of {samples} total" in counts


def test_pprof_places_python_lines(sample, tmp_path):
    file = export(sample, "pprof", tmp_path / "x.pb.gz")
    assert re.search(r"Solver\.step.*solver\.py:42", readers.pprof("-traces", "-lines", file))


def test_one_rank_can_be_exported(sample, total, tmp_path):
    parts = [export(sample, "collapsed", tmp_path / str(rank), "--rank", str(rank)).read_text() for rank in (0, 1)]
    assert sum(int(line.rpartition(" ")[2]) for part in parts for line in part.splitlines()) == total


def test_csv_and_markdown_hold_every_list(sample, total):
    for by in ("function", "line", "kernel", "rank", "thread", "process", "module", "mpi"):
        rows = list(csv.DictReader(io.StringIO(runs.ask("report", sample, "--by", by, "--csv").stdout)))
        assert rows, by
        if by in ("function", "thread", "process"):
            assert sum(int(row["self_ns"]) for row in rows) == total
        markdown = runs.ask("report", sample, "--by", by, "--markdown").stdout.splitlines()
        assert all(line.startswith("| ") and line.endswith(" |") for line in markdown)
        assert "\033" not in runs.ask("report", sample, "--by", by).stdout


def test_text_report_fits_one_screen(sample):
    text = runs.ask("report", sample).stdout
    lines = text.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", text)


def test_info_names_what_was_recorded(sample):
    text = runs.ask("info", sample).stdout
    for words in ("python3 app.py", "Open MPI 4.1.4", "node01, node02", "unwind_truncated", "child 2050 was killed"):
        assert words in text


def test_html_is_written_beside_nothing_else(sample, tmp_path):
    assert runs.ask("report", sample, "--html", tmp_path / "page.html").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_reader_that_goes_away_is_no_error(sample):
    process = subprocess.Popen([runs.pyprof, "report", sample, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.wait(timeout=30)


def test_output_that_cannot_be_written(sample):
    answer = runs.ask("export", sample, "--format", "pprof", "-o", "/dev/null/x")
    assert answer.returncode == usage
    assert answer.stderr.startswith("pyprof: /dev/null/x cannot be written")
    with open("/dev/full", "w") as full:
        process = subprocess.run([runs.pyprof, "report", sample], stdout=full, stderr=subprocess.PIPE, text=True)
    assert process.returncode == usage
    assert "cannot write to standard output" in process.stderr


def test_merge_joins_named_profiles_and_keeps_existing_files(sample, total, tmp_path):
    small = tmp_path / "small.pyprof"
    subprocess.run([runs.build / "tests/write_sample_profile", small, "small"], check=True)
    output = tmp_path / "all.pyprof"
    for name in ("all.pyprof", "all-2.pyprof"):
        answer = runs.ask("merge", sample, small, tmp_path / "missing.pyprof", "-o", output)
        assert answer.returncode == unreadable
        assert "missing.pyprof" in answer.stderr
        report = runs.load_report(tmp_path / name)
        more = sum(function["self"]["cpu"] for function in runs.load_report(small)["functions"])
        assert sum(function["self"]["cpu"] for function in report["functions"]) == total + more
        assert any("missing.pyprof" in note for note in report["run"]["notes"])


def test_doctor_says_nine_things(tmp_path):
    answer = subprocess.run([runs.pyprof, "doctor", "--json"], capture_output=True, text=True, timeout=120,
                            env=runs.environment(tmp_path))
    document = json.loads(answer.stdout)
    assert document["schema"] == "pyprof.doctor/1"
    assert [check["name"] for check in document["checks"]] == [
        "python", "engine cpu", "engine perf", "engine tgkill", "timers", "clock", "spool", "mpi", "counters"]
    assert answer.returncode == (0 if document["usable"] else 1)
    assert document["usable"], document
    for check in document["checks"]:
        assert check["verdict"] == "good" or check["advice"]
