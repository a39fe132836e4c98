"""`pyprof run` leaves the command as it is: how it is found, what it reads and writes, how it ends."""

import os
import pathlib
import signal
import subprocess

import pytest
import runs


def pyprof(*words, folder, stdin=subprocess.DEVNULL, **variables):
    return subprocess.run([str(runs.pyprof), *map(str, words)], cwd=folder, env=runs.environment(folder, **variables),
                          stdin=stdin, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("code", [0, 1, 3, 125, 255])
def test_exit_code_is_the_commands(tmp_path, code):
    assert pyprof("sh", "-c", f"exit {code}", folder=tmp_path).returncode == code


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGINT, signal.SIGUSR1])
def test_death_by_signal_is_the_commands(tmp_path, number):
    assert pyprof("sh", "-c", f"kill -{int(number)} $$", folder=tmp_path).returncode == -number


def test_no_core_of_the_launcher(tmp_path):
    core = "ulimit -c unlimited; exec \"$@\""
    process = subprocess.run(["sh", "-c", core, "sh", runs.pyprof, "sh", "-c", "kill -ABRT $$"], cwd=tmp_path,
                             env=runs.environment(tmp_path), capture_output=True, timeout=60)
    assert process.returncode == -signal.SIGABRT
    assert len(list(tmp_path.glob("core*"))) <= 1


def test_commands_that_cannot_be_run(tmp_path):
    (tmp_path / "data").write_text("no program")
    (tmp_path / "text").write_text("exit 4\n")
    (tmp_path / "text").chmod(0o755)
    assert pyprof("no-such-command", folder=tmp_path).returncode == 127
    assert pyprof("./absent", folder=tmp_path).returncode == 127
    assert pyprof("./data", folder=tmp_path).returncode == 126
    assert pyprof(".", folder=tmp_path).returncode == 126
    assert pyprof("./text", folder=tmp_path).returncode == 4, "execvp hands files without a header to the shell"
    assert list(tmp_path.glob("spool/*")) == []


@pytest.mark.parametrize("words, said", [
    (["--rate", "fast", "true"], "--rate fast"), (["--speed", "true"], "--speed"), (["-o"], "-o needs a value"),
    (["--mode", "dream", "true"], "is cpu or wall"), (["-o", "%y", "true"], "%y"), (["run"], "no command")])
def test_own_failures_before_the_start(tmp_path, words, said):
    process = pyprof(*words, folder=tmp_path)
    assert process.returncode == 125
    assert process.stdout == ""
    (line,) = process.stderr.splitlines()
    assert line.startswith("pyprof: ") and said in line


def test_variables_are_options(tmp_path):
    assert pyprof("true", folder=tmp_path, PYPROF_RATE="fast").returncode == 125
    assert pyprof("--rate", "50", "true", folder=tmp_path, PYPROF_RATE="60").returncode == 0


def test_a_verb_is_suggested_only_for_what_is_no_command(tmp_path):
    process = pyprof("reprot", "x", folder=tmp_path)
    assert process.returncode == 127 and "pyprof report" in process.stderr
    tool = tmp_path / "reprot"
    tool.write_text("#!/bin/sh\necho ran \"$@\"\n")
    tool.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert pyprof("reprot", "x", folder=tmp_path, PATH=path).stdout == "ran x\n"


def test_standard_streams_are_the_same(tmp_path):
    question = ("import os, sys\n"
                "print([os.readlink(f'/proc/self/fd/{n}') for n in range(3)])\n"
                "print(sorted(os.listdir('/proc/self/fd')), sys.stdin.read())\n")
    source = tmp_path / "in"
    source.write_text("all of it")

    def answer(*before):
        with open(source) as stdin, open(tmp_path / "out", "w") as stdout, open(tmp_path / "err", "w") as stderr:
            subprocess.run([*before, runs.python3, "-c", question], stdin=stdin, stdout=stdout, stderr=stderr,
                           cwd=tmp_path, env=runs.environment(tmp_path), timeout=60)
        return (tmp_path / "out").read_text()

    assert answer(str(runs.pyprof), "-q") == answer()


def test_a_pipe_ends_with_the_command(tmp_path):
    """Nobody of ours holds the command's output open when the launcher is gone."""
    process = subprocess.run(["sh", "-c", '"$0" -q sh -c "echo out"; echo after', runs.pyprof], cwd=tmp_path,
                             env=runs.environment(tmp_path), stdout=subprocess.PIPE, text=True, timeout=30)
    assert process.stdout == "out\nafter\n"


def test_working_directory_umask_and_arguments_are_the_same(tmp_path):
    command = ["sh", "-c", 'pwd; umask; for a in "$@"; do echo "<$a>"; done', "sh", "", "a b", "-o", "--", "*"]
    assert pyprof("-q", *command, folder=tmp_path).stdout == runs.run(command, tmp_path).stdout


def test_environment_gains_only_what_is_documented(tmp_path):
    page = (runs.top / "docs/formats/files.md").read_text()
    bare = set(runs.run(["env"], tmp_path).stdout.splitlines())
    profiled = set(pyprof("-q", "env", folder=tmp_path).stdout.splitlines())
    gained = {line.split("=")[0] for line in profiled - bare}
    assert {line.split("=")[0] for line in bare - profiled} == set()
    assert "LD_PRELOAD" in gained
    assert [name for name in gained if f"`{name}`" not in page] == []


def test_an_earlier_preload_stays_behind_ours(tmp_path):
    shown = pyprof("-q", "sh", "-c", "echo $LD_PRELOAD", folder=tmp_path, LD_PRELOAD="libm.so.6").stdout
    libraries = shown.strip().split(":")
    assert pathlib.Path(libraries[0]).name == "libpyprof-agent.so" and pathlib.Path(libraries[0]).is_absolute()
    assert libraries[-1] == "libm.so.6"


def test_inside_a_profiled_command_the_outer_pyprof_writes(tmp_path):
    program = "import time\nwhile time.process_time() < 0.3: pass"
    recorded = runs.record(["sh", "-c", f"'{runs.pyprof}' -o inner.pyprof {runs.python3} -c '{program}'; exit 6"],
                           tmp_path)
    assert recorded.process.returncode == 6
    assert recorded.profile.name == "run.pyprof"
    assert len(recorded.messages()) == 1


def test_help_and_version(tmp_path):
    assert "mpirun" in pyprof("--help", folder=tmp_path).stdout
    assert "--max-memory" in pyprof("help", "run", folder=tmp_path).stdout
    assert pyprof("--version", folder=tmp_path).stdout.startswith("pyprof ")
    assert pyprof(folder=tmp_path).returncode == 125
