"""Where profiles and recordings lie, what they are called, and that nothing is ever lost or overwritten."""

import os
import pathlib
import re
import shlex
import subprocess
import time

import pytest
import runs

burn = "import time\nwhile time.process_time() < {}: sum(range(1000))"


def pyprof(*words, folder, **variables):
    return subprocess.run([str(runs.pyprof), *map(str, words)], cwd=folder, env=runs.environment(folder, **variables),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def program(folder, seconds=0.2):
    script = folder / "app.py"
    script.write_text(burn.format(seconds))
    return [runs.python3, script.name]


def profiles(folder):
    return sorted(path.name for path in folder.glob("*.pyprof"))


def spool(folder):
    return list((folder / "spool").iterdir())


def test_default_name(tmp_path):
    process = pyprof(*program(tmp_path), folder=tmp_path)
    (name,) = profiles(tmp_path)
    assert re.fullmatch(r"pyprof-app-\d{8}-\d{6}\.pyprof", name)
    (line,) = process.stderr.splitlines()
    assert re.fullmatch(r"pyprof: \d+ samples, own cost [\d.]+ %, cpu covered [\d.]+ -> "
                        rf"{name}  \(pyprof report {name}\)", line)
    assert spool(tmp_path) == []


def test_an_existing_file_is_never_touched(tmp_path):
    (tmp_path / "x.pyprof").write_text("mine")
    first = pyprof("-o", "x.pyprof", *program(tmp_path), folder=tmp_path)
    second = pyprof("-o", "x.pyprof", *program(tmp_path), folder=tmp_path)
    assert profiles(tmp_path) == ["x-2.pyprof", "x-3.pyprof", "x.pyprof"]
    assert (tmp_path / "x.pyprof").read_text() == "mine"
    assert [first.returncode, second.returncode] == [0, 0]
    assert len(first.stderr.splitlines()) == 2 and "x-2.pyprof" in first.stderr and "existed" in first.stderr


def test_keys_and_folders_in_the_name(tmp_path):
    pyprof("-o", "new/%q{KEY}-%n-%%.pyprof", *program(tmp_path), folder=tmp_path, KEY="k")
    assert profiles(tmp_path / "new") == ["k-1-%.pyprof"]
    pyprof("-o", "new/", *program(tmp_path), folder=tmp_path)
    assert len(profiles(tmp_path / "new")) == 2


def test_quiet_says_nothing(tmp_path):
    assert pyprof("-q", *program(tmp_path), folder=tmp_path).stderr == ""
    assert len(profiles(tmp_path)) == 1


def test_a_shell_alone_leaves_no_file_and_says_so(tmp_path):
    process = pyprof("sh", "-c", "true", folder=tmp_path)
    assert process.returncode == 0
    assert profiles(tmp_path) == [] and spool(tmp_path) == []
    assert "nothing was recorded" in process.stderr


def test_two_programs_of_one_command_are_one_profile(tmp_path):
    words = " ".join(program(tmp_path))
    process = pyprof("sh", "-c", f"{words}; {words}", folder=tmp_path)
    assert len(profiles(tmp_path)) == 1
    assert "2 processes" in process.stderr


def test_an_output_that_cannot_be_written_keeps_the_recordings(tmp_path):
    (tmp_path / "file").write_text("x")
    process = pyprof("-o", "file/x.pyprof", *program(tmp_path), folder=tmp_path)
    assert process.returncode == 0
    (line,) = process.stderr.splitlines()
    assert "cannot write into" in line
    command = shlex.split(line[line.index("pyprof merge"):])
    kept = pathlib.Path(command[2])
    assert list(kept.glob("*.rec.done")), "the folder that the message names holds the recording"


def test_a_spool_that_cannot_be_written_falls_back(tmp_path):
    process = pyprof(*program(tmp_path), folder=tmp_path, PYPROF_SPOOL="/proc", TMPDIR="/proc")
    assert process.returncode == 0
    assert len(profiles(tmp_path)) == 1


def test_a_process_that_goes_on_is_not_waited_for(tmp_path):
    words = " ".join(program(tmp_path, 3))
    process = pyprof("sh", "-c", f"{words} </dev/null >/dev/null 2>&1 & {runs.python3} -c '{burn.format(0.2)}'",
                     folder=tmp_path)
    assert len(profiles(tmp_path)) == 1
    assert "still run" in process.stderr
    folders = [pathlib.Path(word) for word in shlex.split(process.stderr.splitlines()[1]) if "/spool/" in word]
    deadline = time.monotonic() + 30
    while not list(folders[0].glob("*.rec.done")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert list(folders[0].glob("*.rec.done")), "its recording is where the message says"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a file system")
def test_a_full_output_disk_keeps_the_recordings(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "none", disk], capture_output=True).returncode != 0:
        pytest.skip("cannot mount")
    try:
        (disk / "filler").write_bytes(b"x" * 4096)
        process = pyprof("-o", disk / "x.pyprof", *program(tmp_path), folder=tmp_path)
        assert process.returncode == 0
        assert "No space left" in process.stderr and "pyprof merge" in process.stderr
        assert [path.name for path in disk.iterdir()] == ["filler"]
        assert len(spool(tmp_path)) == 1
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_recording_of_threads_opens_however_it_is_cut(tmp_path):
    """A file of more than 1 MiB from a run whose launcher was killed; tests/benchmarks/cut_recording judges each cut."""
    program = [runs.python3, runs.top / "tests/targets/many_stacks.py", 60]
    process = subprocess.Popen([str(word) for word in [runs.pyprof, "-q", *program]], cwd=tmp_path,
                               env=runs.environment(tmp_path, PYPROF_RATE=249), stdout=subprocess.DEVNULL)
    time.sleep(20 if runs.full_runs() else 8)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    recordings = []
    while not recordings and time.monotonic() < deadline:
        recordings = list((tmp_path / "spool").rglob("*.rec"))
    time.sleep(0.5)  # the command dies with its launcher
    cuts = 10_000 if runs.full_runs() else 200
    judged = subprocess.run([runs.build / "tests/cut_recording", *recordings, str(cuts)], capture_output=True, text=True,
                            timeout=500)
    assert judged.returncode == 0, judged.stdout
    assert int(judged.stdout.split()[0]) > 1 << 20, judged.stdout
