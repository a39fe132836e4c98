"""report --by: each list as text, CSV and Markdown, with the figures of the JSON and whatever names there are."""

import csv
import io
import subprocess

import pytest
import runs

usage = 2
lists = {"function": "functions", "line": "lines", "kernel": "kernels", "rank": "ranks", "thread": "threads",
         "process": "processes", "module": "modules", "mpi": "mpi"}

hostile = ['=1+1', '@SUM(A1)', '+49', '-2+3', 'a,b', 'say "x"', 'two\nlines', 'tab\there', '=HYPERLINK("http://x";"y")',
           '| pipe |', '**bold**', '\u202egnp.exe', '\x1b[31mred']

program = f"""
import time
names = {hostile!r}
for name in names:
    code = compile("def work():\\n    end = time.process_time() + 0.06\\n    while time.process_time() < end: sum(range(100))\\n",
                   name + ".py", "exec")
    space = {{"time": time}}
    exec(code, space)
    work = space["work"]
    parts = {{"co_name": name}}
    if hasattr(work.__code__, "co_qualname"):
        parts["co_qualname"] = name
    work.__code__ = work.__code__.replace(**parts)
    work()
"""


@pytest.fixture(scope="module")
def hostile_profile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "app.py").write_text(program)
    return runs.record([runs.python3, "app.py"], folder).profile


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Two ranks on two hosts (tests/support/sample_profile.h)."""
    path = tmp_path_factory.mktemp("sample") / "sample.pyprof"
    subprocess.run([runs.build / "tests/write_sample_profile", path], check=True)
    return path


@pytest.fixture(params=["sample", "hostile_profile"])
def profile(request):
    return request.getfixturevalue(request.param)


def rows_of(profile, by):
    answer = runs.ask("report", profile, "--by", by, "--csv")
    assert answer.returncode == 0, answer.stderr
    return list(csv.DictReader(io.StringIO(answer.stdout, newline=""), strict=True))


def as_text(field):
    """What stands in a field that was disarmed for spreadsheets."""
    return field[1:] if field.startswith("'") else field


@pytest.mark.parametrize("by", lists)
def test_csv_has_the_figures_of_the_json(profile, by):
    entries, rows = runs.load_report(profile)[lists[by]], rows_of(profile, by)
    assert len(rows) == len(entries)
    for row, entry in zip(rows, entries):
        assert None not in row and None not in row.values()
        if by == "mpi":
            assert as_text(row["call"]) == entry["call"] and int(row["samples"]) == entry["samples"]
            continue
        assert int(row["self_ns"]) == entry["self"]["cpu"] and int(row["samples"]) == entry["self"]["samples"]
        if "total" in entry:
            assert int(row["total_ns"]) == entry["total"]["cpu"]
        for name, part in (entry.get("split") or entry.get("categories") or {}).items():
            assert row[f"{name}_ns"] == ("" if part is None else str(part)) if f"{name}_ns" in row else part is None
        if entry.get("ranks"):
            assert int(row["rank_max"]) == entry["ranks"]["max"] and int(row["rank_min"]) == entry["ranks"]["min"]


def test_names_come_back_from_the_csv(hostile_profile):
    names = {as_text(row["function"]) for row in rows_of(hostile_profile, "function")}
    assert set(hostile) <= names
    files = {as_text(row["where"]).rpartition(":")[0] for row in rows_of(hostile_profile, "function")}
    assert {name + ".py" for name in hostile} <= files
    for by in ("function", "line"):
        for row in rows_of(hostile_profile, by):
            for field in row.values():
                assert not field or field[0] not in "=@\t\r\n" and (field[0] not in "+-" or float(field))


@pytest.mark.parametrize("by", lists)
def test_text_and_markdown_stay_in_their_lines(profile, by):
    text = runs.ask("report", profile, "--by", by, "--limit", "0").stdout
    rows = rows_of(profile, by)
    assert len(text.splitlines()) == 1 + min(len(rows), 20)
    assert not any(c in text for c in "\x1b\t\r\u202e")
    table = runs.ask("report", profile, "--by", by, "--markdown", "--limit", "1000").stdout.splitlines()
    assert len(table) == 2 + len(rows)
    bars = {line.replace("\\\\", "").replace("\\|", "").count("|") for line in table}
    assert len(bars) == 1, table


def test_processes_stand_by_rank(sample):
    ranks = [int(row["rank"]) for row in rows_of(sample, "process")]
    assert ranks == sorted(ranks) and len(ranks) == 3


def test_forms_exclude_each_other(sample):
    answer = runs.ask("report", sample, "--csv", "--json")
    assert answer.returncode == usage and "choose one" in answer.stderr
    answer = runs.ask("report", sample, "--by", "functions")
    assert answer.returncode == usage and "function" in answer.stderr
