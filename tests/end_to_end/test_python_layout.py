"""The tables of agent/cpython against the headers of every CPython on this machine (tests/support/python_layout)."""

import pathlib
import re
import shutil
import struct
import subprocess
import sys

import pytest

import runs

sys.path.insert(0, str(runs.top / "tests/support/python_layout"))
import generate


def headers():
    """One folder of headers per CPython, by version and place; a version without any is a skip that names itself."""
    folders = [pathlib.Path("/usr/include") / f"python{version}" for version in runs.python_versions]
    for path in runs.pyenv_interpreters() + runs.fetched_interpreters():
        folders += sorted((path.parents[1] / "include").glob("python3.*"))
    # Debian's folder of a version may hold one header only, put there by a package of another.
    folders = [folder for folder in dict.fromkeys(folders) if (folder / "internal").is_dir()]
    for version in runs.python_versions:
        own = [folder for folder in folders if folder.name == f"python{version}"]
        for folder in own:
            yield pytest.param(folder, id=f"{version}-{folder.parents[1].name}")
        if not own:
            yield pytest.param(None, id=version, marks=pytest.mark.skip(
                reason=f"no CPython {version} on this machine, or none with headers"))


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
@pytest.mark.parametrize("include", headers())
def test_tables_are_what_the_headers_say(include):
    assert generate.missing(include) == []


def test_a_figure_that_differs_is_noticed(tmp_path, monkeypatch):
    figures = [("version", "0x030813f0"), ("free_threaded", "0"), ("object.type", "8"), ("object.size", "16")]
    table = generate.layout_text(figures)
    assert table.startswith("constexpr PythonLayout python_3_8{\n    .version = {.minor = 8, .free_threaded = false},\n")
    monkeypatch.setattr(generate, "tables", tmp_path)
    monkeypatch.setattr(generate, "texts_of", lambda _include: (8, [table]))
    (tmp_path / "v3_8.cpp").write_text("// 3.8\n" + table.replace("size = 16", "size = 24"))
    assert generate.missing("any") == ["python_3_8"]
    generate.write("any")
    assert generate.missing("any") == []
    assert (tmp_path / "v3_8.cpp").read_text().startswith("// 3.8\n")


def asyncio_tables():
    """(minor version, the words of .AsyncioDebug) of each interpreter's module, which states its own layout."""
    for path in runs.fetched_interpreters() + runs.pyenv_interpreters():
        folder = path.resolve().parents[1]
        for binary in sorted(folder.glob("lib*/python3.*/lib-dynload/_asyncio.*.so")) + sorted(folder.glob("bin/python3.*")):
            section = subprocess.run(["readelf", "-SW", binary], capture_output=True, text=True).stdout
            found = re.search(r"\.AsyncioDebug\s+PROGBITS\s+\w+ (\w+) (\w+)", section)
            minor = re.search(r"python3\.(\d+)", str(binary))
            if found and minor:
                at, size = (int(word, 16) for word in found.groups())
                yield int(minor[1]), struct.unpack(f"<{size // 8}Q", binary.read_bytes()[at:at + size])


@pytest.mark.skipif(shutil.which("readelf") is None, reason="no readelf")
def test_tasks_are_laid_out_as_asyncio_states():
    checked = dict(asyncio_tables())
    if not checked:
        pytest.skip("no CPython 3.14 or later on this machine")
    for minor, words in checked.items():
        size, name, _, is_task, _, coroutine = words[:6]
        table = generate.file_of(minor).read_text()
        assert f".task = {{.size = {size}, .is_task = {is_task}, .coroutine = {coroutine}, .name = {name}," in table, minor
        assert f".running_task = {words[11]}}}" in table, minor
