"""pyprof diff: one run against another, and ranks against ranks."""

import collections
import json

import pytest
import runs
from page_data import Page

threshold_exceeded, usage, unreadable = 1, 2, 3

# Each part works for a CPU time of its own, so that a quick machine does not change what is compared.
program = """
import time

def work(seconds):
    end = time.process_time() + seconds
    count = 0
    while time.process_time() < end:
        count += sum(range(200))
    return count

def steady():
    return work(0.6)

def growing():
    return work({growing})

def {other}():
    return work(0.3)

steady()
growing()
{other}()
"""


def recorded(folder, name, **parts):
    place = folder / name
    place.mkdir()
    (place / "app.py").write_text(program.format(**parts))
    return runs.record([runs.python3, "app.py"], place).profile


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("versions")
    before = recorded(folder, "before", growing=0.4, other="dropped")
    after = recorded(folder, "after", growing=1.2, other="added")
    return before, after


def compared(*words):
    answer = runs.ask("diff", *words, "--json")
    assert answer.returncode == 0, answer.stderr
    document = json.loads(answer.stdout)
    runs.validate(document, "diff")
    check_sums(document)
    return document


def check_sums(document):
    """Own times of the functions make up the whole, on both sides."""
    for side in ("before", "after", "delta"):
        whole = document["total"][side]
        scale = max(document["total"]["before"], document["total"]["after"])
        assert sum(f["self"][side] for f in document["functions"]) == pytest.approx(whole, abs=1e-6 * scale)
    for place, side in enumerate(("before", "after")):
        assert sum(f["self"]["samples"][place] for f in document["functions"]) == document[side]["samples"]


def function(document, name):
    (found,) = [f for f in document["functions"] if f["name"] == name]
    return found


def test_what_became_slower_is_named(versions):
    document = compared(*versions)
    growing = function(document, "growing")["total"]
    # 0.8 s more; four standard deviations and what the clock of a process is read late.
    assert growing["significant"] and growing["delta"] == pytest.approx(0.8e9, abs=4 * growing["sigma"] + 20e6)
    steady = function(document, "steady")["total"]
    assert abs(steady["delta"]) <= 4 * steady["sigma"] + 20e6
    assert function(document, "added")["state"] == "new" and function(document, "dropped")["state"] == "vanished"
    assert document["total"]["delta"] > 0
    text = runs.ask("diff", *versions).stdout
    assert "work" in text and "steady" not in text
    shown = runs.ask("diff", *versions, "--all").stdout
    assert " new" in shown and " gone" in shown


def test_a_run_against_itself(versions):
    before, _ = versions
    document = compared(before, before)
    assert document["total"]["delta"] == 0 and document["notes"] == []
    assert not any(f["notable"] for f in document["functions"])
    assert runs.ask("diff", before, before, "--fail-over", "0").returncode == 0


def test_lines_that_moved_are_the_same_lines(versions, tmp_path):
    before, _ = versions
    (tmp_path / "moved").mkdir()
    text = (before.parent / "app.py").read_text()
    (tmp_path / "moved/app.py").write_text("# one\n# two\n# three\n" + text)
    after = runs.record([runs.python3, "app.py"], tmp_path / "moved").profile
    lines = [line for line in compared(before, after)["lines"] if line["function"] == "work" and line["line_before"]]
    assert lines and all(line["line"] == line["line_before"] + 3 for line in lines)


def test_a_threshold_is_an_exit_code(versions):
    before, after = versions
    answer = runs.ask("diff", before, after, "--fail-over", "10%")
    assert answer.returncode == threshold_exceeded
    assert answer.stderr == "pyprof: the run became slower by more than 10 %\n" and "Functions" not in answer.stderr
    assert runs.ask("diff", after, before, "--fail-over", "10").returncode == 0
    assert runs.ask("diff", before, after, "--fail-over", "1000").returncode == 0
    named = ["--fail-over", "50", "--function"]
    assert runs.ask("diff", before, after, *named, "growing").returncode == threshold_exceeded
    assert runs.ask("diff", before, after, *named, "steady").returncode == 0
    document = json.loads(runs.ask("diff", before, after, *named, "growing", "--json").stdout)
    assert document["fail_over"] == {"percent": 50, "function": "growing", "exceeded": True}


def test_shares(versions):
    document = compared(*versions, "--normalize")
    assert document["unit"] == "share" and document["total"]["after"] == pytest.approx(1)
    growing = function(document, "growing")["total"]
    # Start-up takes some hundredths of the shorter run.
    margin = 4 * growing["sigma"] + 0.04
    assert growing["before"] == pytest.approx(0.4 / 1.3, abs=margin) and growing["after"] == pytest.approx(1.2 / 2.1, abs=margin)


def test_modes_are_not_mixed_and_errors_name_the_fix(versions, tmp_path):
    before, after = versions
    wall = runs.record([runs.python3, "-c", "sum(range(3_000_000))"], tmp_path, options=["--mode", "wall"]).profile
    refused = {("diff", before, wall): "same --mode",
               ("diff", before): "--ranks LIST --ranks LIST",
               ("diff", before, after, after): "two profiles",
               ("diff", before, after, "--ranks", "0"): "leave --ranks out",
               ("diff", before, after, "--ranks", "x"): "3 or 0-2,4-",
               ("diff", before, after, "--metric", "nothing"): "it has cpu",
               ("diff", before, after, "--fail-over", "much"): "such as 5",
               ("diff", before, after, "--function", "work"): "--fail-over",
               ("diff", before, after, "--normalize", "--fail-over", "5"): "--function",
               ("diff", before, after, "--fail-over", "5", "--function", "growin"): "did you mean growing?"}
    for words, part in refused.items():
        answer = runs.ask(*words)
        assert (answer.returncode, answer.stdout) == (usage, ""), words
        assert part in answer.stderr and answer.stderr.count("\n") == 1, (words, answer.stderr)
    missing = runs.ask("diff", before, tmp_path / "none.pyprof")
    assert missing.returncode == unreadable and "none.pyprof" in missing.stderr


def test_damage_is_said_and_the_rest_compared(versions, tmp_path):
    before, after = versions
    cut = tmp_path / "cut.pyprof"
    cut.write_bytes(after.read_bytes()[:-20])
    answer = runs.ask("diff", before, cut, "--json")
    assert answer.returncode == unreadable and "cut.pyprof" in answer.stderr
    assert json.loads(answer.stdout)["after"]["samples"] > 0


def page_of(folder, *words):
    out = folder / "diff.html"
    answer = runs.ask("diff", *words, "--html", out)
    assert answer.returncode == 0 and answer.stdout == "", answer.stderr
    return Page(out)


def own_weights(page, prefix, period):
    """Own weight by name: of Python functions with the native code that they call, of native ones alone."""
    column, strings = page.columns, page.header["strings"]
    functions = [column["location.function"][location] for location in column["context.location"]]
    flags = [column["function.flags"][function] for function in functions]
    own, context = collections.Counter(), 0
    for step, samples, extra in zip(column[f"{prefix}.step"], column[f"{prefix}.samples"], page.wide(f"{prefix}.extra")):
        context += step
        weight = samples * period + (extra - (1 << 64) if extra >> 63 else extra)
        path = [context]
        while path[-1]:
            path.append(path[-1] - column["context.up"][path[-1]])
        shown = [at for at in path[:-1] if not flags[at] & 0x100]
        python = [at for at in shown if flags[at] & 0xff == 0]
        for at in {*shown[:1], *python[:1]}:
            own[strings[column["function.name"][functions[at]]]] += weight
    return own


def test_the_page_has_the_values_of_both_runs(versions, tmp_path):
    page, document = page_of(tmp_path, *versions), compared(*versions)
    header = page.header["difference"]
    assert header["facts"][0].startswith("Before: ") and not header["is_share"] and not header["is_by_rank"]
    assert header["before"]["factor"] == header["after"]["factor"] == 1
    before = own_weights(page, "before", header["period_ns"])
    after = own_weights(page, "value", page.header["run"]["period_ns"])
    names = ["steady", "growing", "dropped", "added", "work"]
    listed = {function["name"]: function for function in document["functions"]}
    for name in names:
        own = listed.get(name, {"own": {"before": 0, "after": 0}})["own"]
        assert (before[name], after[name]) == (own["before"], own["after"]), name
    assert before["work"] > 0 and after["work"] > 0
    assert any(excerpt["file"].endswith("app.py") for excerpt in page.sources)


def test_the_page_of_shares_and_without_source(versions, tmp_path):
    page = page_of(tmp_path, *versions, "--normalize", "--no-source")
    header = page.header["difference"]
    total = sum(page.wide("value.extra")) + page.header["run"]["period_ns"] * sum(page.columns["value.samples"])
    assert header["is_share"] and header["after"]["factor"] == pytest.approx(1 / (total % (1 << 64)))
    assert page.sources == []
    refused = runs.ask("diff", *versions, "--no-source")
    assert refused.returncode == usage and "--html" in refused.stderr


def test_slow_ranks_against_fast_ones(tmp_path):
    launcher = runs.mpirun(3)
    (tmp_path / "uneven.py").write_text(
        "import time\nfrom mpi4py import MPI\nrank = MPI.COMM_WORLD.Get_rank()\n"
        "def work(seconds):\n    end = time.process_time() + seconds\n    while time.process_time() < end:\n        sum(range(200))\n"
        "work(1.5 if rank == 1 else 0.5)\n")
    profile = runs.record([runs.python3, "uneven.py"], tmp_path, launcher).profile
    document = compared(profile, "--ranks", "0,2-", "--ranks", "1")
    assert document["by_rank"] and (document["before"]["compared_ranks"], document["after"]["compared_ranks"]) == (2, 1)
    work = function(document, "work")["total"]
    assert work["delta"] == pytest.approx(1e9, abs=4 * work["sigma"] + 50e6)
    row = function(document, "work")
    # What the two fast ranks have together less what the slow one has.
    expected = 2 * row["own"]["before"] - row["own"]["after"]
    assert row["scaling_loss"] == pytest.approx(expected, rel=1e-6)
    assert any(note.startswith("Ranks: ") for note in document["notes"])
    header = page_of(tmp_path, profile, "--ranks", "0,2-", "--ranks", "1").header["difference"]
    assert header["is_by_rank"] and (header["before"]["workers"], header["after"]["workers"]) == (2, 1)
    assert header["before"]["factor"] == 0.5 and header["before"]["name"].endswith("(ranks 0,2-)")
