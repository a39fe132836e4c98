"""The checker itself: what is right passes, what is wrong does not."""

import copy
import json

import check
import pytest


def row(phase, lines, cpu_ns, **other):
    return json.dumps({"kernel": "K00", "rank": -1, "pid": 1, "tid": 1, "phase": phase, "file": "/a.py",
                       "line_first": lines[0], "line_last": lines[1], "function": "<module>", "symbol": None,
                       "domain": "python", "calls": 1, "wall_ns": cpu_ns, "cpu_ns": cpu_ns, **other})


def line(number, self_ns, total_ns, function="<module>", domain="python", file="/a.py"):
    return {"file": file, "line": number, "function": function, "domain": domain,
            "self": {"cpu": self_ns}, "total": {"cpu": total_ns}}


def function(name, self_ns, total_ns, file="/a.py"):
    return {"name": name, "file": file, "self": {"cpu": self_ns}, "total": {"cpu": total_ns}}


# A quarter of the time on line 2, three quarters on lines 3 and 4, where line 4 calls `work`.
truth = check.read_truth("\n".join([row("whole", (2, 4), 4_000_000_000), row("small", (2, 2), 1_000_000_000),
                                    row("large", (3, 4), 3_000_000_000)]))[-1]


@pytest.fixture(autouse=True)
def nothing_written(monkeypatch):
    monkeypatch.delenv("PYPROF_SHARES", raising=False)  # these kernels never ran


@pytest.fixture
def report():
    second = 1_000_000_000
    return {
        "metrics": [{"name": "cpu", "unit": "nanoseconds"}],
        "quality": {"cpu_covered": 1.0, "rate_delivered_hz": 200},
        "categories": {"python": 4 * second, "native": 0, "mpi": None},
        "threads": [{"self": {"cpu": 4 * second}}],
        "functions": [function("<module>", 3 * second, 4 * second), function("work", second, second)],
        "lines": [line(2, second, second), line(3, second, second), line(4, second, 2 * second),
                  line(9, second, second, "work")],
        "modules": [],
    }


def test_what_is_right_passes(report):
    assert check.check_shares(truth, report) == []
    assert check.check_totals(report) == []


def test_a_share_that_is_wrong_fails(report):
    wrong = report
    wrong["lines"][0]["total"]["cpu"] = 1_800_000_000
    wrong["lines"][1]["total"]["cpu"] = 200_000_000
    assert any("`small`" in problem for problem in check.check_shares(truth, wrong))


def test_an_error_of_the_statistics_is_allowed(report):
    # 800 samples, p = 0.25: three standard deviations are 4.6 points.
    report["lines"][0]["total"]["cpu"] += 180_000_000
    report["lines"][1]["total"]["cpu"] -= 180_000_000
    assert check.check_shares(truth, report) == []


def test_too_few_samples_fail(report):
    report["quality"]["rate_delivered_hz"] = 100
    assert "400 samples" in check.check_shares(truth, report)[0]
    report["quality"]["rate_delivered_hz"] = 200
    assert "800 samples" in check.check_shares(truth, report, check.samples_in_full_runs)[0]


def test_lines_of_functions_called_inside_a_phase_are_not_counted_twice(report):
    report["lines"].append(line(2, 0, 1_000_000_000, "<listcomp>"))
    assert check.check_shares(truth, report) == []


def test_a_phase_with_a_symbol_is_looked_up_by_function_too(report):
    phases = dict(truth)
    phases["work"] = truth["small"]._replace(name="work", symbol="work", function=None, cpu_ns=2_000_000_000)
    assert "function work" in check.check_shares(phases, report)[0]
    phases["work"] = phases["work"]._replace(cpu_ns=1_000_000_000)
    assert check.check_shares(phases, report) == []


def test_native_phases_are_looked_up_by_exclusive_lines(report):
    report["lines"].append(line(30, 1_000_000_000, 1_000_000_000, "square", "native", "/b.c"))
    native = truth["small"]._replace(name="square", file="/b.c", line_first=28, line_last=31, function=None,
                                     domain="native")
    assert check.check_shares({**truth, "square": native}, report) == []
    assert check.check_shares({**truth, "square": native._replace(line_first=31)}, report)


@pytest.mark.parametrize("covered", [0.96, 1.04])
def test_time_that_is_missing_or_invented_fails(report, covered):
    report["quality"]["cpu_covered"] = covered
    assert "cpu_covered" in check.check_totals(report)[0]


def test_values_that_do_not_sum_to_the_total_fail(report):
    twice = copy.deepcopy(report)
    twice["functions"][0]["self"]["cpu"] *= 2
    assert "functions" in check.check_totals(twice)[0]
    report["categories"]["python"] -= 100_000
    assert "categories" in check.check_totals(report)[0]


def test_the_false_alarm_chance_of_the_suite_is_below_one_percent():
    assert 4.4 < check.z < 4.6


def test_threads_of_one_phase_are_summed():
    both = check.read_truth(row("whole", (1, 9), 5) + "\n" + row("whole", (1, 9), 7, tid=2))
    assert both[-1]["whole"].cpu_ns == 12
