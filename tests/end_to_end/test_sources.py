"""Where Python code that is no file has its text from."""

import csv
import textwrap
import zipapp
import zipfile

import pytest
import runs

module = textwrap.dedent("""
    def work(n):
        total = 0
        for i in range(n):
            total += i * i  # hot
        return total
""")
hot = "total += i * i  # hot"


def hot_lines(recorded):
    """File and source of the lines of `work`, the most expensive first."""
    answer = runs.ask("report", recorded.profile, "--by", "line", "--csv")
    assert answer.returncode == 0, answer.stderr
    rows = list(csv.DictReader(answer.stdout.splitlines()))
    return [row for row in rows if row["function"] == "work"]


def assert_has_text(recorded, file):
    report = recorded.report()
    (line, *_) = sorted((line for line in report["lines"] if line["function"] == "work" and line["domain"] == "python"),
                        key=lambda line: -line["total"]["cpu"])
    assert line["file"].endswith(file)
    assert any(row["source"] in (hot, "for i in range(n):") for row in hot_lines(recorded)[:2]), hot_lines(recorded)[:3]
    screen = runs.ask("report", recorded.profile).stdout
    assert "hot" in screen or "for i in range(n):" in screen


@pytest.mark.parametrize("name", ["code.zip", "code-1.0-py3.11.egg"])
def test_imports_from_archives(name, tmp_path):
    with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pkg/__init__.py", "")
        archive.writestr("pkg/mod.py", module)
    script = tmp_path / "imports.py"
    script.write_text(f"import sys; sys.path.insert(0, {name!r})\nfrom pkg.mod import work\nwork(12_000_000)\n")
    assert_has_text(runs.record([runs.python3, script], tmp_path), f"{name}/pkg/mod.py")


def test_zipapp(tmp_path):
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "__main__.py").write_text(module + "\nwork(12_000_000)\n")
    zipapp.create_archive(folder, tmp_path / "app.pyz", interpreter="/usr/bin/env python3", compressed=True)
    assert_has_text(runs.record([runs.python3, "app.pyz"], tmp_path), "app.pyz/__main__.py")


def test_program_in_the_command_line(tmp_path):
    assert_has_text(runs.record([runs.python3, "-c", module + "\nwork(12_000_000)\n"], tmp_path), "<string>")


def test_code_that_was_compiled_from_a_string(tmp_path):
    """Its text is nowhere to be read without running code in the program: the screen says so."""
    script = tmp_path / "runs_text.py"
    script.write_text(f"exec({module!r})\nwork(12_000_000)\n")
    recorded = runs.record([runs.python3, script], tmp_path)
    assert hot_lines(recorded)[0]["source"] == ""
    assert "(work, compiled from a string)" in runs.ask("report", recorded.profile).stdout
