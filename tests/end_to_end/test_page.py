"""What `report --html` puts into a page besides the tree: findings, counters, calls of MPI, and source text."""

import pytest
import runs
from page_data import Page

program = """\
import sys
def busy(rounds):
    total = 0
    for i in range(rounds):
        total += i * i  # the line with the time
    return total
busy(6_000_000)
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    (folder / "program.py").write_text(program)
    return runs.record([runs.python3, "program.py"], folder, options=["--counters", "rusage::minflt"])


def page_of(profile, folder, *options):
    answer = runs.ask("report", profile, "--html", folder / "page.html", *options)
    assert answer.returncode == 0, answer.stderr
    return Page(folder / "page.html")


def test_the_page_has_the_text_around_lines_with_samples(recorded, tmp_path):
    page = page_of(recorded.profile, tmp_path)
    ours = [excerpt for excerpt in page.sources if excerpt["file"].endswith("program.py")]
    assert [excerpt["first_line"] for excerpt in ours] == [1]
    assert ours[0]["lines"] == program.splitlines()


def test_no_source_leaves_the_text_out(recorded, tmp_path):
    page = page_of(recorded.profile, tmp_path, "--no-source")
    assert page.sources == []
    assert b"the line with the time" not in page.block
    refused = runs.ask("report", recorded.profile, "--no-source")
    assert refused.returncode == 2 and "--html" in refused.stderr


def test_counters_and_categories_sum_to_those_of_the_report(recorded, tmp_path):
    page, report = page_of(recorded.profile, tmp_path), runs.load_report(recorded.profile)
    names = [measure["name"] for measure in page.header["measures"]]
    for name, column in ((name, f"measure{i}.weight") for i, name in enumerate(names)):
        counted = sum(function["self"].get(name, 0) for function in report["functions"])
        assert sum(page.wide(column)) >= counted > 0, name  # stacks without a function count in no row
    assert "rusage::minflt" in names
    uses, context, categories = page.columns["context.use"], 0, [0] * 9
    for step, samples, extra in zip(page.columns["value.step"], page.columns["value.samples"], page.wide("value.extra")):
        context += step
        signed = extra - (1 << 64) if extra >> 63 else extra
        categories[uses[context] >> 4 & 15] += samples * page.header["run"]["period_ns"] + signed
    words = ["python", "native", "mpi", "io", "gil", "gc", "import", "idle", "other"]
    expected = {name: weight for name, weight in report["categories"].items() if weight}
    assert {name: weight for name, weight in zip(words, categories) if weight} == expected


def test_calls_of_mpi_are_those_of_the_report(tmp_path):
    launcher = runs.mpirun(2)
    (tmp_path / "ranks.py").write_text("""\
from mpi4py import MPI
for i in range(200):
    sum(range(5000 * (1 + MPI.COMM_WORLD.rank)))
    MPI.COMM_WORLD.allreduce(i)
""")
    recorded = runs.record([runs.python3, "ranks.py"], tmp_path, launcher=launcher)
    page, report = page_of(recorded.profile, tmp_path), runs.load_report(recorded.profile)
    calls = page.header["calls"]
    assert calls["ranks"] == [0, 1]
    counted = [row for row in calls["rows"] if "counted" in row]
    assert counted
    expected = sorted((row["call"], row["line"] or 0, row["count"]) for row in report["mpi"] if row["count"])
    assert sorted((row["call"], row.get("line", 0), row["counted"]["count"]) for row in counted) == expected
    times = page.wide("mpi.time")
    for place, row in enumerate(calls["rows"]):
        if "counted" in row:
            assert sum(times[2 * place:2 * place + 2]) == row["time_ns"]
    assert page.header["balance"]["from"] == "calls"
