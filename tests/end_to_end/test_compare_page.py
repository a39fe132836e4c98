"""docs/compare.md: its commands are run as they stand there, and must show what the text says."""

import json
import re
import subprocess

import pytest
import runs

page = (runs.top / "docs/compare.md").read_text(encoding="utf-8")
sections = dict(re.findall(r"^## (.+?)\n```\n(.+?)\n```", page, re.MULTILINE | re.DOTALL))


def shown(title, folder):
    variables = {"PROGRAMS": runs.top / "tests/benchmarks/programs", "OPENBLAS_NUM_THREADS": 1,
                 "PATH": f"{runs.pyprof.parent}:/usr/bin:/bin"}
    answer = subprocess.run(["bash", "-e", "-c", sections[title]], cwd=folder, env=runs.environment(folder, **variables),
                            capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr
    document = json.loads(answer.stdout)
    runs.validate(document, "compare")
    return document, {f["name"]: f for f in document["functions"]}


def test_every_example_is_checked():
    source = (runs.top / "tests/end_to_end/test_compare_page.py").read_text()
    assert len(sections) == 3 and all(f'"{title}"' in source for title in sections)


def test_appends(tmp_path):
    document, functions = shown("A loop of append", tmp_path)
    fill = functions["fill"]
    (append,) = [each for each in fill["builtins"] if "append" in each["name"]]
    assert append["ncalls"] == 50 * 200_000
    assert fill["cprofile_builtin_s"] >= append["cprofile_self_s"] > 0
    assert "overcharged" in fill["flags"] and document["tax_per_call_s"] > 0


def test_calls(tmp_path):
    document, functions = shown("Small functions", tmp_path)
    fib = functions["fib"]
    # fib(18) makes 2 fib(19) - 1 calls.
    assert fib["ncalls"] == 400 * (2 * 4181 - 1)
    assert "overcharged" in fib["flags"] and document["tax_per_call_s"] > 0


def test_products(tmp_path):
    runs.require_modules("numpy")
    document, functions = shown("Products of matrices", tmp_path)
    multiply = functions["multiply"]
    assert multiply["ncalls"] == 100 and multiply["builtins"] == []
    assert "hidden_native" in multiply["flags"]
    if multiply["samples"] < 50:
        pytest.skip("too few samples: a very fast machine")
    assert multiply["extension_s"] > 0.9 * multiply["sampled_self_s"]
    assert "blas" in multiply["native"][0]["name"].lower()
