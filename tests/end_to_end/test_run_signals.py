"""Signals reach the command once, whoever sends them to whom; stop and continue are followed."""

import os
import pathlib
import pty
import signal
import subprocess
import time

import pytest
import runs

target = pathlib.Path(__file__).with_name("signal_target.py")
seconds = "1.5"
program = [runs.python3, target, seconds]


def start(command, folder, **how):
    process = subprocess.Popen([str(word) for word in command], cwd=folder, env=runs.environment(folder),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how)
    words = process.stdout.readline().split()
    assert words and words[0] == "ready", process.stderr.read()
    return process, int(words[1])


def last_line(process):
    out, _ = process.communicate(timeout=60)
    return out.splitlines()[-1]


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGUSR1", "SIGHUP"])
def test_kill_of_the_launcher_is_forwarded_once(tmp_path, name):
    process, _ = start([runs.pyprof, *program], tmp_path, start_new_session=True)
    process.send_signal(getattr(signal, name))
    assert last_line(process) == f"{name}=1"
    assert process.returncode == 5


def test_kill_of_the_group_is_not_forwarded(tmp_path):
    process, _ = start([runs.pyprof, *program], tmp_path, start_new_session=True)
    os.killpg(process.pid, signal.SIGTERM)
    assert last_line(process) == "SIGTERM=1"


def test_every_signal_of_several_is_forwarded(tmp_path):
    process, _ = start([runs.pyprof, *program], tmp_path, start_new_session=True)
    for _ in range(3):
        process.send_signal(signal.SIGUSR1)
        time.sleep(0.25)
    assert last_line(process) == "SIGUSR1=3"


@pytest.mark.parametrize("options", [[], ["--foreground"]])
def test_timeout_ends_it_with_one_signal(tmp_path, options):
    # timeout counts from its own start: longer than any start of an interpreter here
    program_under_timeout = [runs.python3, target, "4"]
    process, _ = start(["timeout", *options, "2", runs.pyprof, *program_under_timeout], tmp_path,
                       start_new_session=True)
    assert last_line(process) == "SIGTERM=1"


def test_ctrl_c_at_a_terminal_is_one_signal(tmp_path):
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        words = [str(word) for word in [runs.pyprof, "-q", *program]]
        os.execvpe(words[0], words, runs.environment(tmp_path))
    seen = b""
    pressed = False
    while True:
        try:
            seen += os.read(terminal, 4096)
        except OSError:
            break  # the terminal is gone with its last process
        if b"ready" in seen and not pressed:
            pressed = os.write(terminal, b"\x03") == 1
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert b"SIGINT=1" in seen
    assert os.waitstatus_to_exitcode(status) == 5


@pytest.mark.parametrize("name", ["SIGTERM", "SIGUSR1"])
def test_mpirun_hands_on_one_signal(tmp_path, name):
    """As often as without pyprof: once, or never where mpirun (Open MPI 5, SIGTERM) drops what ranks say from then on."""
    counted = []
    for words in ([], [runs.pyprof, "-q"]):
        process, _ = start([*runs.mpirun(1), *words, *program], tmp_path, start_new_session=True)
        process.send_signal(getattr(signal, name))
        out, _ = process.communicate(timeout=60)
        counted.append(out.splitlines()[-1:])
    assert counted[0] == counted[1]
    assert counted[0] in ([f"{name}=1"], [])


def test_an_alarm_set_before_reaches_the_command(tmp_path):
    """Of timers that survive exec the kernel tells only the process that set them."""
    script = "import os, signal, sys; signal.alarm(1); os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.run([runs.python3, "-c", script, runs.pyprof, "-q", "sleep", "30"], cwd=tmp_path,
                             env=runs.environment(tmp_path), timeout=20)
    assert process.returncode == -signal.SIGALRM


def test_an_ignored_signal_stays_ignored(tmp_path):
    process = subprocess.run(["sh", "-c", 'trap "" HUP; exec "$@"', "sh", runs.pyprof, "-q", "sh", "-c",
                              "kill -HUP $$; echo alive"], cwd=tmp_path, env=runs.environment(tmp_path),
                             capture_output=True, text=True, timeout=20)
    assert process.stdout == "alive\n"


def test_the_launcher_stops_and_goes_on_with_the_command(tmp_path):
    process, child = start([runs.pyprof, "-q", *program], tmp_path, start_new_session=True)
    os.kill(child, signal.SIGSTOP)
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    os.killpg(process.pid, signal.SIGCONT)
    assert last_line(process) == "none"
    assert process.returncode == 5


@pytest.mark.parametrize("child_first", [False, True])
def test_a_suspended_job_goes_on_when_the_launcher_is_resumed_first(tmp_path, child_first):
    """Batch systems stop and resume one process after the other."""
    process, child = start([runs.pyprof, "-q", *program], tmp_path, start_new_session=True)
    for pid in (child, process.pid) if child_first else (process.pid, child):
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.05)
    time.sleep(0.7)  # longer than the launcher waits for its command to go on
    os.kill(process.pid, signal.SIGCONT)
    time.sleep(0.05)
    os.kill(child, signal.SIGCONT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 5


def test_sigkill_of_the_launcher_ends_the_command(tmp_path):
    """As it would have been without pyprof; the recording stays in the spool."""
    process, child = start([runs.pyprof, "-q", runs.python3, target, "60"], tmp_path, start_new_session=True)
    process.kill()
    process.wait(20)
    deadline = time.monotonic() + 20
    while pathlib.Path(f"/proc/{child}/cwd").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not pathlib.Path(f"/proc/{child}/cwd").exists()


def test_a_command_that_outlives_sigterm_has_its_profile_before_sigkill(tmp_path):
    process, _ = start([runs.pyprof, "-o", "run.pyprof", runs.python3, target, "60"], tmp_path,
                       start_new_session=True)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGTERM)
    time.sleep(0.9)
    os.killpg(process.pid, signal.SIGKILL)
    _, said = process.communicate(timeout=20)
    assert (tmp_path / "run.pyprof").exists(), said
    assert "run.pyprof" in said
