"""Where interpreters lie on disk: virtual environments, linked and copied, and a folder that was moved, as conda's are."""

import os
import pathlib
import shutil
import subprocess

import pytest

import runs

program = "def work():\n    return sum(number * number for number in range(3_000_000))\n\nwork()\n"


def assert_is_read(recorded, version):
    assert recorded.process.returncode == 0, recorded.process.stderr
    report = recorded.report()
    assert [each.rsplit(".", 1)[0] for each in report["run"]["pythons"]] == [version]
    work = [row for row in report["functions"] if row["name"] == "work" and row["domain"] == "python"]
    assert work and work[0]["total"]["cpu"] > 0.5 * report["quality"]["samples"] * report["run"]["period_ns"]
    return report


def version_of(interpreter):
    return next(version for version, each in runs.interpreters().items() if each.path == interpreter)


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
@pytest.mark.parametrize("kind", ["--symlinks", "--copies"])
def test_virtual_environments(interpreter, kind, tmp_path):
    made = subprocess.run([interpreter, "-m", "venv", "--without-pip", kind, tmp_path / "env"], capture_output=True,
                          text=True, timeout=60)
    if made.returncode != 0:
        pytest.skip(f"{interpreter} makes no virtual environment: {(made.stderr or made.stdout).strip()[-200:]}")
    python = tmp_path / "env/bin/python"
    if subprocess.run([python, "-c", "pass"], capture_output=True).returncode != 0:
        pytest.skip(f"{python} does not start, with or without pyprof")
    (tmp_path / "work.py").write_text(program)
    assert_is_read(runs.record([python, "work.py"], tmp_path), version_of(interpreter))


def shared_library(interpreter):
    """The libpython that an interpreter of pyenv is linked with, None if it has none."""
    libraries = sorted((pathlib.Path(interpreter).resolve().parents[1] / "lib").glob("libpython3.*.so.1.0"))
    return libraries[0] if libraries else None


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_a_folder_with_its_own_library_that_was_moved(interpreter, tmp_path):
    """bin/python3.X finds ../lib/libpython3.X.so by its RPATH, wherever the folder lies."""
    library = shared_library(interpreter)
    if library is None:
        pytest.skip(f"{interpreter} has no library of its own")
    version = version_of(interpreter)
    built = tmp_path / "built"
    for folder in ("bin", "lib"):
        (built / folder).mkdir(parents=True)
    shutil.copy(library, built / "lib")
    os.symlink(library.parent / f"python{version}", built / f"lib/python{version}")
    source = tmp_path / "main.c"
    source.write_text("int Py_BytesMain(int, char **);\nint main(int n, char **v) { return Py_BytesMain(n, v); }\n")
    subprocess.run(["cc", source, "-o", built / f"bin/python{version}", built / "lib" / library.name,
                    "-Wl,-rpath,$ORIGIN/../lib"], check=True)
    built.rename(tmp_path / "moved")
    (tmp_path / "work.py").write_text(program)
    report = assert_is_read(runs.record([tmp_path / f"moved/bin/python{version}", "work.py"], tmp_path), version)
    interpreters = [row["path"] for row in report["modules"] if "libpython" in row["path"]]
    assert interpreters and all(str(tmp_path / "moved") in path for path in interpreters)
