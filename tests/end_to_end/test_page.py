"""What `report --html` puts into a page besides the tree: findings, counters, calls of MPI, time slices, and source text."""

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


def test_rank_and_metric_are_what_the_page_opens_with(recorded, tmp_path):
    whole = page_of(recorded.profile, tmp_path)
    assert whole.header["opening"] == {"rank": None, "metric": ""}
    page = page_of(recorded.profile, tmp_path, "--metric", "rusage::minflt")
    assert page.header["opening"] == {"rank": None, "metric": "rusage::minflt"}
    assert page.columns["value.samples"] == whole.columns["value.samples"]
    for wrong, said in ((("--rank", "1"), "no MPI ranks"), (("--metric", "absent"), "rusage::minflt"),
                        (("--metric", "samples"), "leave --metric out")):
        refused = runs.ask("report", recorded.profile, "--html", tmp_path / "refused.html", *wrong)
        assert refused.returncode == 2 and said in refused.stderr, refused.stderr
    assert not (tmp_path / "refused.html").exists()


def test_text_that_is_newer_than_the_run_is_marked(recorded, tmp_path):
    folder = tmp_path / "copy"
    folder.mkdir()
    script = folder / "program.py"
    script.write_text(program)
    profile = runs.record([runs.python3, script], folder).profile
    newer = lambda: {excerpt["newer"] for excerpt in page_of(profile, tmp_path).sources if excerpt["file"] == str(script)}
    assert newer() == {False}
    script.write_text(program.replace("6_000_000", "7_000_000"))
    assert newer() == {True}


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


def test_time_slices_hold_every_sample_where_it_was_taken(tmp_path):
    (tmp_path / "phases.py").write_text("""\
import hashlib, time
def spend(seconds, work):
    end = time.process_time() + seconds
    while time.process_time() < end:
        work()
spend(0.5, lambda: sum(i * i for i in range(2000)))
spend(0.5, lambda: hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 20000))
""")
    page = page_of(runs.record([runs.python3, "phases.py"], tmp_path).profile, tmp_path)
    process, = page.header["processes"]
    slices = {name: page.columns[f"slice.{name}"] for name in ("python", "native", "mpi", "other")}
    assert process["begin_ns"] == 0
    assert {len(samples) for samples in slices.values()} == {process["slices"]}
    lost = {loss["cause"]: loss["count"] for loss in page.header["quality"]["lost"]}
    placeless = lost.get("slice_skipped", 0) + lost.get("thread_late", 0)  # the rest of a thread's last period has no moment
    assert sum(map(sum, slices.values())) + placeless == page.header["quality"]["samples"]
    assert process["slices"] * process["slice_width_ns"] < process["wall_ns"] + process["slice_width_ns"]
    assert middle_of(slices["python"]) < middle_of(slices["native"])


def middle_of(samples):
    return sum(place * count for place, count in enumerate(samples)) / sum(samples)


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
    expected = sorted((row["call"], row["line"] or 0, row["count"], row["wait_state"] or "") for row in report["mpi"] if row["count"])
    found = [(row["call"], row.get("line", 0), row["counted"]["count"], row["counted"].get("wait_state", "")) for row in counted]
    assert sorted(found) == expected
    assert "collective" in {state for *_, state in found}
    times = page.wide("mpi.time")
    for place, row in enumerate(calls["rows"]):
        if "counted" in row:
            assert sum(times[2 * place:2 * place + 2]) == row["time_ns"]
    balance = page.header["balance"]
    assert balance["from"] == "calls"
    assert balance["serialisation"] * balance["transfer"] == pytest.approx(balance["communication"])
