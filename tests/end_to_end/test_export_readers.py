"""Every export, read by the program that it is for: totals are those of the report, and names cannot break anything.

The profile is made by hand (hostile_profile of tests/support/sample_profile.h): two ranks, inlined frames, recursion, a stack
of 5 000 frames, and names with `;`, quotes, line ends, markup, and a megabyte.
"""

import csv
import gzip
import json
import re
import shutil
import subprocess
from collections import namedtuple
from xml.etree import ElementTree

import pytest

import environments
import readers
import runs

svg = "{http://www.w3.org/2000/svg}"
Sample = namedtuple("Sample", "path report total")

program = """\
import json, subprocess, sys, threading

def work(times):
    total = 0
    for i in range(times):
        total += i * i
    return total

if len(sys.argv) == 1:
    child = subprocess.Popen([sys.executable, "app.py", "child"])
    threads = [threading.Thread(target=work, args=(3_000_000,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    work(10_000_000)
    for thread in threads:
        thread.join()
    child.wait()
json.loads(json.dumps(list(range(1_000_000))))
"""


def sample_of(path):
    report = runs.load_report(path)
    return Sample(path, report, sum(function["self"]["cpu"] for function in report["functions"]))


def written(folder, kind):
    path = folder / f"{kind}.pyprof"
    subprocess.run([runs.build / "tests/write_sample_profile", path, kind], check=True)
    return sample_of(path)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return written(tmp_path_factory.mktemp("hostile"), "hostile")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A real run: threads that end, a child process, native code, libraries and source that exist."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "app.py").write_text(program)
    return sample_of(runs.record([runs.python3, "app.py"], folder).profile)


def export(profile, form, output, *options):
    answer = runs.ask("export", profile, "--format", form, "-o", output, *options)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "" and answer.stderr == ""
    return output


def inclusive(report):
    """What each function cost with all it called, by name and file."""
    return {(function["name"], function["file"]): function["total"]["cpu"] for function in report["functions"]}


def annotated(file, *options):
    """callgrind_annotate's table: file:function -> nanoseconds, and its total."""
    if shutil.which("callgrind_annotate") is None:
        pytest.skip("no callgrind_annotate (Debian: valgrind)")
    answer = subprocess.run(["callgrind_annotate", "--threshold=100", "--auto=no", "--show-percs=no", "--show=cpu", *options, file],
                            capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0 and answer.stderr == "", answer.stderr
    rows = re.findall(r"^ *([\d,]+|\.)  (.*?)(?: \[[^\[]*\])?$", answer.stdout, re.M)
    costs = {}
    for figure, where in rows:
        costs[where] = costs.get(where, 0) + (0 if figure == "." else int(figure.replace(",", "")))
    totals = [costs.pop(where) for where in ("PROGRAM TOTALS", "PROGRAM TOTALS (calculated)") if where in costs]
    return costs, totals[0]


def total_of_callgrind(file):
    costs, total = annotated(file)
    assert sum(costs.values()) == total
    return total


# Prints what pstats makes of a file: the total, and of each function its key, times and what its callers caused.
_read_pstats = """
import json, pstats, sys
statistics = pstats.Stats(sys.argv[1], stream=sys.stderr).sort_stats("cumulative")
statistics.print_stats(); statistics.print_callers(); statistics.print_callees(); statistics.strip_dirs()
statistics = pstats.Stats(sys.argv[1])
functions = [[*key, tt, ct, [caller[3] for caller in callers.values()]] for key, (cc, nc, tt, ct, callers) in statistics.stats.items()]
print(json.dumps([statistics.total_tt, functions]))
"""


def statistics(file, interpreter=runs.python3):
    """What that interpreter's pstats reads: nanoseconds in all, and by function, as _read_pstats says."""
    answer = subprocess.run([interpreter, "-c", _read_pstats, file], capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr[-2000:]
    return json.loads(answer.stdout)


def total_of_pstats(file):
    total, functions = statistics(file)
    assert total == pytest.approx(sum(function[3] for function in functions))
    return round(total * 1e9)


def rows_of_csv(file):
    csv.field_size_limit(1 << 24)
    with open(file, newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines, strict=True))


def total_of_csv(file):
    rows = rows_of_csv(file)
    contexts = {row["context"] for row in rows}
    assert all(row["parent"] in contexts or (row["parent"] == "" and row["depth"] == "1") for row in rows)
    return sum(int(row["self_ns"]) for row in rows)


def boxes_of_svg(file):
    """The boxes of a flame graph from top to bottom: (row, left edge, right edge, weight, title)."""
    picture = ElementTree.parse(file).getroot()
    boxes = [(float(box.get("y")), float(box.get("x")), float(box.get("x")) + float(box.get("width")), int(box.get("data-weight")),
              box.find(f"{svg}title").text) for box in picture.findall(f"{svg}svg")]
    names = {element.tag for element in picture.iter()}
    assert names <= {f"{svg}{name}" for name in ("svg", "style", "rect", "text", "title")}
    return sorted(boxes)


def total_of_svg(file):
    boxes = boxes_of_svg(file)
    first = boxes[0]
    for row, left, right, weight, _ in boxes:
        share = weight / first[3] if first[3] else 0
        assert right - left == pytest.approx((first[2] - first[1]) * share, abs=0.011)
        if row > first[0]:  # some box of the row above has it below itself
            assert any(up == row - 17 and begin - 0.011 <= left and right <= end + 0.011 for up, begin, end, _, _ in boxes)
    return first[3]


def threads_of_firefox(file):
    """The threads that the Firefox Profiler finds: (process, name, milliseconds of CPU time, milliseconds of samples)."""
    with readers.firefox_profiler(file) as ask:
        threads = []
        for thread in ask("thread", "list")["threads"]:
            samples = ask("thread", "samples", "--include-idle", "--thread", thread["threadHandle"])
            assert samples["weightType"] == "tracing-ms"
            weight = samples["categoryBreakdown"]["totalSamples"] if samples["categoryBreakdown"] else 0
            threads.append((thread["processName"], thread["name"], thread["cpuMs"], weight))
    return threads


def total_of_firefox(file):
    threads = threads_of_firefox(file)
    for _, _, cpu, weight in threads:
        assert cpu == pytest.approx(weight, abs=1e-3)
    return round(sum(weight for *_, weight in threads) * 1e6)


# Prints what Hatchet makes of a file: by rank the seconds, exclusive and those of the roots; the nodes of the tree it draws.
_read_hatchet = """
import json, sys, hatchet
frame = hatchet.GraphFrame.from_json(open(sys.argv[1]).read())
roots = frame.dataframe.loc[frame.graph.roots]
figures = {"own": frame.dataframe["time"], "roots": roots["time (inc)"]}
if "rank" in frame.dataframe.index.names:
    figures = {key: column.groupby("rank").sum().to_dict() for key, column in figures.items()}
    frame.drop_index_levels(sum)
else:
    figures = {key: {0: column.sum()} for key, column in figures.items()}
drawn = frame.tree(precision=6)
frame.dataframe["checked"] = 0.0
sums = frame.subtree_sum(["time"], ["checked"])
wrong = (frame.dataframe["checked"] - frame.dataframe["time (inc)"]).abs().max()
by_name = frame.dataframe.groupby("name")["time"].sum().to_dict()
print(json.dumps({**figures, "wrong": wrong, "nodes": len(frame.graph), "by_name": by_name}))
"""


def read_by_hatchet(file):
    answer = subprocess.run([environments.hatchet(), "-c", _read_hatchet, file], capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr[-2000:]
    return json.loads(answer.stdout)


def total_of_hatchet(file):
    read = read_by_hatchet(file)
    assert read["wrong"] < 1e-9
    assert read["own"] == pytest.approx(read["roots"])
    return round(sum(read["own"].values()) * 1e9)


def slices_of(file):
    return [event for event in json.loads(file.read_text())["traceEvents"] if event["ph"] == "X"]


def total_of_chrome(file):
    return sum(event["args"]["ns"] for event in slices_of(file))


def total_of_collapsed(file):
    lines = file.read_text().split("\n")
    assert lines.pop() == ""
    assert all(re.fullmatch(r"[^\x00-\x1f\x7f]+ \d+", line) for line in lines)
    return sum(int(line.rpartition(" ")[2]) for line in lines)


def total_of_pprof(file):
    return int(re.search(r"of (\d+)(?:ns)? total", readers.pprof("-top", "-unit=ns", "-nodefraction=0", file))[1])


def total_of_speedscope(file):
    return sum(sum(profile["weights"]) for profile in json.loads(file.read_text())["profiles"])


# Each reads a file with the format's own reader, holds it against the format's rules, and returns the nanoseconds in it.
totals = {
    "callgrind": total_of_callgrind,
    "chrome": total_of_chrome,
    "collapsed": total_of_collapsed,
    "csv": total_of_csv,
    "firefox": total_of_firefox,
    "hatchet": total_of_hatchet,
    "pprof": total_of_pprof,
    "pstats": total_of_pstats,
    "speedscope": total_of_speedscope,
    "svg": total_of_svg,
}


def test_every_format_is_read_here():
    offered = re.search(r"--format (\S+)", runs.ask("help", "export").stdout)[1]
    assert sorted(offered.split("|")) == sorted(totals)


@pytest.mark.parametrize("form", totals)
def test_totals_are_those_of_the_report(hostile, form, tmp_path):
    read = totals[form]
    assert read(export(hostile.path, form, tmp_path / form)) == hostile.total
    ranks = [read(export(hostile.path, form, tmp_path / f"{form}-{rank}", "--rank", rank)) for rank in (0, 1)]
    assert sum(ranks) == hostile.total and min(ranks) > 0


@pytest.mark.parametrize("kind", ["small", "empty"])
@pytest.mark.parametrize("form", totals)
def test_small_profiles_have_their_totals(form, kind, tmp_path):
    sample = written(tmp_path, kind)
    expected = 0 if form == "chrome" else sample.total  # they have no time slices
    assert totals[form](export(sample.path, form, tmp_path / form)) == expected


@pytest.mark.parametrize("form", totals)
def test_a_recorded_run_has_its_total(recorded, form, tmp_path):
    total = totals[form](export(recorded.path, form, tmp_path / form))
    if form == "chrome":  # what was charged where a thread or process ended is in no time slice
        assert 0 < total <= recorded.total
    else:
        assert total == recorded.total


def test_callgrind_annotate_finds_what_functions_cost_with_what_they_call(hostile, tmp_path):
    costs, total = annotated(export(hostile.path, "callgrind", tmp_path / "out"), "--inclusive=yes")
    assert costs.pop("???:(root)") == total == hostile.total
    shown = {tuple(re.fullmatch(r"(.*?\.(?:py|c)):(.*)", where).groups()): cost for where, cost in costs.items()
             if re.match(r".*?\.(py|c):", where)}
    expected = {(file, re.sub(r"[\x00-\x1f]", " ", name) or "(unnamed)"): cost
                for (name, file), cost in inclusive(hostile.report).items() if (file or "").endswith((".py", ".c"))}
    assert shown == expected
    assert expected[("/home/user/heat/app.py", "recurse")] > 0


def test_callgrind_annotate_puts_lines_beside_their_source(recorded, tmp_path):
    file = export(recorded.path, "callgrind", tmp_path / "out")
    text = subprocess.run(["callgrind_annotate", "--threshold=100", "--show=cpu", "--show-percs=no", file],
                          capture_output=True, text=True, timeout=60).stdout
    lines = {line["line"]: line["self"]["cpu"] for line in recorded.report["lines"] if (line["file"] or "").endswith("app.py")}
    assert lines[6] > 0
    assert re.search(rf"^ *{lines[6]:,}  +total \+= i \* i$", text, re.M), text


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_pstats_of_every_version_reads_functions_and_callers(hostile, interpreter, tmp_path):
    total, functions = statistics(export(hostile.path, "pstats", tmp_path / "out.prof"), interpreter)
    assert round(total * 1e9) == hostile.total
    expected = {(file, name or "(unnamed)"): cost for (name, file), cost in inclusive(hostile.report).items() if file}
    read = {(file, name): round(inclusive_s * 1e9) for file, _, name, _, inclusive_s, _ in functions}
    assert {key: read[key] for key in expected} == expected
    called = {name: callers for _, _, name, _, _, callers in functions}
    assert sum(called["stencil"]) == pytest.approx(read["/home/user/heat/kernel.c", "stencil"] * 1e-9)


def test_firefox_and_speedscope_show_a_track_for_each_process_of_a_trace(hostile, tmp_path):
    file = export(hostile.path, "chrome", tmp_path / "trace.json")
    slices = slices_of(file)
    tracks = [f"rank {process['rank']} {host} {process['pid']}" for process, host in
              zip(hostile.report["processes"], ("node01", "node02", "node02"))]
    with readers.firefox_profiler(file) as ask:
        threads = ask("thread", "list")["threads"]
    assert [thread["processName"] for thread in threads] == tracks
    assert sum(thread["markerCount"] for thread in threads) == len(slices)
    shown = readers.speedscope(file)
    assert [name.partition(" (pid")[0] for name, _ in shown] == tracks


@pytest.mark.parametrize("form, name", [("callgrind", "callgrind.out.x"), ("speedscope", "x.speedscope.json")])
def test_speedscope_shows_totals(hostile, form, name, tmp_path):
    shown = readers.speedscope(export(hostile.path, form, tmp_path / name))
    if form == "callgrind":
        assert shown == [(f"{name} -- cpu", f"{hostile.total:,}"), (f"{name} -- samples", f"{hostile.report['quality']['signals']:,}")]
    else:
        assert len(shown) == len([thread for thread in hostile.report["threads"] if thread["self"]["cpu"] > 0])


# Of formats other than its own, speedscope cannot be sure to read stacks of 5 000 frames; rank 1 has none.
@pytest.mark.parametrize("form, name", [("collapsed", "x.txt"), ("pprof", "x.pb.gz")])
def test_speedscope_opens(hostile, form, name, tmp_path):
    readers.speedscope(export(hostile.path, form, tmp_path / name, "--rank", 1))


def test_hatchet_has_every_rank_and_name(hostile, tmp_path):
    read = read_by_hatchet(export(hostile.path, "hatchet", tmp_path / "out.json"))
    ranks = {str(rank["rank"]): sum(rank["categories"][each] or 0 for each in rank["categories"]) for rank in hostile.report["ranks"]}
    assert {rank: round(seconds * 1e9) for rank, seconds in read["own"].items()} == ranks
    own = {}
    for function in hostile.report["functions"]:
        name = function["name"] or "(unnamed)"
        own[name] = own.get(name, 0) + function["self"]["cpu"]
    deep = read["by_name"].pop("(deeper frames)")
    shown = {name: round(seconds * 1e9) for name, seconds in read["by_name"].items()}
    assert shown.pop("recurse") + round(deep * 1e9) == own.pop("recurse")
    assert shown == own


def test_csv_holds_names_ranks_and_inclusive_times(hostile, tmp_path):
    rows = rows_of_csv(export(hostile.path, "csv", tmp_path / "out.csv"))
    own, ranks, stacks, totals = {}, {}, {}, {}
    for row in rows:
        name = row["function"].removeprefix("'")
        own[name] = own.get(name, 0) + int(row["self_ns"])
        if row["rank"]:
            ranks[int(row["rank"])] = ranks.get(int(row["rank"]), 0) + int(row["self_ns"])
        stacks[row["context"]] = stacks.get(row["parent"], frozenset()) | {(name, row["file"])}
        for place in stacks[row["context"]]:
            totals[place] = totals.get(place, 0) + int(row["self_ns"])
    functions = {}
    for function in hostile.report["functions"]:
        name = function["name"] or "(unnamed)"
        functions[name] = functions.get(name, 0) + function["self"]["cpu"]
    assert own == functions
    assert sorted(ranks) == [0, 1] and sum(ranks.values()) == hostile.total
    expected = {(name or "(unnamed)", file): total for (name, file), total in inclusive(hostile.report).items() if file}
    assert {place: totals[place] for place in expected} == expected


def example_of(page):
    return re.search(r"```python\n(.*?)```", (runs.top / f"docs/formats/{page}.md").read_text(), re.S)[1]


def test_the_example_for_pandas_finds_inclusive_times(hostile, tmp_path):
    runs.require_modules("pandas")
    export(hostile.path, "csv", tmp_path / "OUT.csv")
    program = f"{example_of('csv')}\nprint(total[table[table['function'] == 'Solver.step']['context'].iloc[0]])"
    answer = subprocess.run([runs.python3, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert answer.stdout.strip() == str(inclusive(hostile.report)["Solver.step", "/home/user/heat/solver.py"]), answer.stderr


def test_the_example_for_hatchet_finds_the_slowest_rank(hostile, tmp_path):
    export(hostile.path, "hatchet", tmp_path / "OUT.json")
    program = f"{example_of('hatchet')}\nprint(frame.dataframe.set_index('name')['time']['stencil'])"
    answer = subprocess.run([environments.hatchet(), "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    slowest = next(function["ranks"]["max"] for function in hostile.report["functions"] if function["name"] == "stencil")
    assert round(float(answer.stdout.splitlines()[-1]) * 1e9) == slowest, answer.stderr


def test_a_browser_draws_the_svg_and_runs_nothing_of_it(hostile, tmp_path):
    file = export(hostile.path, "svg", tmp_path / "out.svg")
    document, console = readers.in_chromium(file.as_uri(), tmp_path / "chromium")
    assert console == "" and "parsererror" not in document and "<img" not in document
    assert document.count("data-weight=") == len(boxes_of_svg(file))
    titles = [title for *_, title in boxes_of_svg(file)]
    assert any(title.startswith("</script><img src=x onerror=alert(1)>\n/home/user/we;ird </script>.py\n") for title in titles)
    assert any(title.startswith("a;bzzz") and len(title) < 400 for title in titles)


def test_firefox_shows_ranks_threads_and_functions(hostile, tmp_path):
    file = export(hostile.path, "firefox", tmp_path / "out.json.gz")
    with readers.firefox_profiler(file) as ask:
        threads = ask("thread", "list")["threads"]
        rows = [row for thread in threads for row in ask("thread", "functions", "--include-idle", "--limit", 1000,
                                                         "--thread", thread["threadHandle"])["functions"]]
    assert sorted((thread["processName"], thread["name"]) for thread in threads) == [
        ("rank 0 node01 1000", "1000 python3"), ("rank 0 node01 1000", "1001 blas"), ("rank 1 node02 2000", "2000 python3"),
        ("rank 1 node02 2000", "ended threads"), ("rank 1 node02 2050", "2050 python3")]
    totals = {}
    for row in rows:
        totals[row["name"]] = totals.get(row["name"], 0) + row["totalSamples"]
    expected = {}
    for function in hostile.report["functions"]:
        name = function["name"] or "(unnamed)"
        expected[name] = expected.get(name, 0) + function["total"]["cpu"]
    assert {name: round(total * 1e6) for name, total in totals.items()} == expected


def test_firefox_shows_samples_where_they_were_taken(tmp_path):
    (tmp_path / "phases.py").write_text("""\
import threading, time
def first(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end: sum(range(300))
def second(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end: sum(range(300))
def both():
    first(0.4)
    second(0.4)
thread = threading.Thread(target=both)
thread.start()
first(0.3)
thread.join()
""")
    recorded = runs.record([runs.python3, "phases.py"], tmp_path)
    file = export(recorded.profile, "firefox", tmp_path / "out.json.gz")
    report = recorded.report()
    stride_ns = 1e9 / report["run"]["rate_hz"]  # a short run has every sample
    assert abs(total_of_firefox(file) - sum(thread["self"]["cpu"] for thread in report["threads"])) <= stride_ns * 1.001
    document = json.loads(gzip.decompress(file.read_bytes()))
    shared = document["shared"]
    names = [shared["stringArray"][shared["funcTable"]["name"][shared["frameTable"]["func"][frame]]]
             for frame in shared["stackTable"]["frame"]]
    assert len(document["threads"]) == 2
    for thread in document["threads"]:
        times = {"first": [], "second": []}
        for stack, time in zip(thread["samples"]["stack"], thread["samples"]["time"]):
            at = stack
            while at is not None:
                if names[at] in times:
                    times[names[at]].append(time)
                at = shared["stackTable"]["prefix"][at]
        assert times["first"] and times["first"] == sorted(times["first"])
        if not thread["isMainThread"]:
            assert max(times["first"]) <= min(times["second"])
            assert max(times["second"]) - min(times["first"]) >= 700  # milliseconds: it worked for 800
