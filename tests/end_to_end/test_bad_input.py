"""Mistakes and broken files: one line that names the fix, the right exit code, nothing lost."""

import os
import shlex
import subprocess

import pytest
import runs

targets = runs.top / "tests/targets"
usage, damaged, not_started, not_executable, not_found = 2, 3, 125, 126, 127


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    recorded = runs.record([runs.python3, targets / "burn.py", "0.5"], tmp_path_factory.mktemp("good"))
    assert recorded.process.returncode == 0, recorded.process.stderr
    runs.load_report(recorded.profile)
    return recorded.profile


def assert_one_line(process, code, *words):
    assert process.returncode == code, process.stderr
    lines = process.stderr.strip().splitlines()
    assert len(lines) == 1, process.stderr
    assert lines[0].startswith("pyprof: ")
    for word in words:
        assert str(word) in lines[0], f"{word} in {lines[0]}"


def test_no_command():
    assert_one_line(runs.ask("run"), not_started)


def test_command_that_does_not_exist():
    assert_one_line(runs.ask("no-such-program-at-all"), not_found, "no-such-program-at-all")


def test_command_that_cannot_be_executed(tmp_path):
    file = tmp_path / "text"
    file.write_text("no program")
    assert_one_line(runs.ask(file), not_executable, file)


def test_unknown_recording_option():
    assert_one_line(runs.ask("--no-such-option", "true"), not_started, "--no-such-option")


@pytest.mark.parametrize("verb", ["report", "info", "merge", "export"])
def test_unknown_option_of_a_reading_verb(verb, profile):
    assert_one_line(runs.ask(verb, profile, "--no-such-option"), usage, "--no-such-option")


@pytest.mark.parametrize("verb", ["report", "info", "merge", "export"])
def test_reading_verb_without_a_file(verb):
    assert_one_line(runs.ask(verb), usage)


def reading(verb, file, folder):
    more = {"merge": ["-o", folder / "out.pyprof"], "export": ["--format", "collapsed", "-o", folder / "out.txt"]}
    return runs.ask(verb, file, *more.get(verb, []))


@pytest.mark.parametrize("verb", ["report", "info", "merge", "export"])
def test_file_that_is_not_there(verb, tmp_path):
    missing = tmp_path / "missing.pyprof"
    assert_one_line(reading(verb, missing, tmp_path), damaged, missing)


@pytest.mark.parametrize("verb", ["report", "info", "export"])
def test_file_that_is_something_else(verb, tmp_path):
    other = tmp_path / "other.pyprof"
    other.write_bytes(os.urandom(4096))
    assert_one_line(reading(verb, other, tmp_path), damaged, other)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_profile_that_was_cut(share, profile, tmp_path):
    cut = tmp_path / "cut.pyprof"
    content = profile.read_bytes()
    cut.write_bytes(content[:int(len(content) * share)])
    process = runs.ask("report", cut)
    assert process.returncode == damaged, process.stderr
    assert "cut short" in process.stderr or "cut.pyprof" in process.stderr


def test_output_folder_that_cannot_be_written(tmp_path):
    """Nothing is lost: the program runs, and the message says which command writes its profile elsewhere."""
    process = runs.run([runs.pyprof, "-o", "/dev/null/x.pyprof", "--", runs.python3, targets / "burn.py", "0.5"], tmp_path)
    assert_one_line(process, 0, "/dev/null", "pyprof merge")
    assert process.stdout == "done\n"
    _, command = process.stderr.strip().rsplit("pyprof merge ", 1)
    folder, _option, _name = shlex.split(command)
    merged = runs.ask("merge", folder, "-o", tmp_path / "x.pyprof")
    assert merged.returncode == 0, merged.stderr
    assert runs.load_report(tmp_path / "x.pyprof")["functions"]


def test_existing_output_is_kept(tmp_path):
    existing = tmp_path / "run.pyprof"
    existing.write_text("mine")
    recorded = runs.record([runs.python3, targets / "burn.py", "0.3"], tmp_path)
    assert existing.read_text() == "mine"
    assert (tmp_path / "run-2.pyprof").exists(), recorded.process.stderr
    assert any("run-2.pyprof" in line for line in recorded.messages())


@pytest.mark.parametrize("size", ["40k", "100k"])
def test_full_spool(size, tmp_path):
    """The program goes on, and its recording finds a place: a spool too small for it is passed over."""
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(small)], capture_output=True).returncode:
        pytest.skip("a small file system needs the right to mount")
    try:
        process = runs.run([runs.pyprof, "-o", tmp_path / "run.pyprof", "--", runs.python3, targets / "burn.py", "0.6"],
                           tmp_path, PYPROF_SPOOL=small)
    finally:
        subprocess.run(["umount", str(small)], check=True)
    assert process.returncode == 0, process.stderr
    assert process.stdout == "done\n"
    report = runs.load_report(tmp_path / "run.pyprof")
    assert report["functions"]
    assert report["quality"]["cpu_covered"] > 0.9
