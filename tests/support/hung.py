"""Runs a program that must end, and says where each of its threads is if it does not."""

import os
import pathlib
import shutil
import signal
import subprocess


class Hung(AssertionError):
    """A program ran for longer than it may; says where its threads were."""


def run(command, timeout, **options):
    """As subprocess.run() with its output as text, and the process id as `pid`; a program that runs for longer than
    `timeout` seconds is Hung, with the stacks of all its processes, which are then killed."""
    options.setdefault("env", {**os.environ})  # readline, if something loads it, sets COLUMNS for children behind that
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        raise Hung(f"{command} still runs after {timeout} s\n{_end(process)}") from None
    completed = subprocess.CompletedProcess(command, process.returncode, output, errors)
    completed.pid = process.pid
    return completed


def _end(process):
    """Kills a process and those below it; gives what is known of them and what the process had printed."""
    family = _family(process.pid)
    told = "".join(f"{_state(pid)}\n{_stacks(pid)}\n" for pid in family)
    process.send_signal(signal.SIGABRT)  # Python with -X faulthandler prints its own stacks
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        pass
    for pid in family:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    output, errors = process.communicate()
    return f"{told}\nits output:\n{output}\n{errors}"


def _family(root):
    """A process and those it started, and those they started."""
    children = {}
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(status.parent.name))
    family = [root]
    for pid in family:
        family += children.get(pid, [])
    return family


def _state(pid):
    lines = []
    for task in sorted(pathlib.Path(f"/proc/{pid}/task").glob("*")):
        try:
            name, _, rest = (task / "stat").read_text().rpartition(")")
            lines.append(f"{name}) {rest.split()[0]} in {(task / 'wchan').read_text()}, {(task / 'syscall').read_text()}")
        except OSError:
            continue
    return "\n".join(lines)


def _stacks(pid):
    if shutil.which("eu-stack") is None:
        return "(no eu-stack on this machine)"
    try:
        return subprocess.run(["eu-stack", "-p", str(pid)], capture_output=True, text=True, timeout=30).stdout
    except subprocess.TimeoutExpired:
        return "(eu-stack gave no answer)"
