"""Programs of other people that read what pyprof exports: Go's pprof, speedscope in Chromium, the Firefox Profiler's command.

The last two are packages of npm, installed at their first use beside the virtual environments (environments.py). A machine
where a program cannot be had skips.
"""

import base64
import contextlib
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import pytest

import environments


@functools.lru_cache(maxsize=None)
def pprof_command():
    """The words that start Go's pprof, from the PATH or where Debian's packages have it; Go from 1.25 on builds it when asked."""
    candidates = [shutil.which("pprof"), *map(str, pathlib.Path("/usr/lib").glob("go-*/pkg/tool/*/pprof"))]
    program = next((path for path in candidates if path and os.access(path, os.X_OK)), None)
    if program is not None:
        return [program]
    if shutil.which("go") and subprocess.run(["go", "tool", "-n", "pprof"], capture_output=True, timeout=200).returncode == 0:
        return ["go", "tool", "pprof"]
    return None


def pprof(*words):
    """What pprof prints."""
    if pprof_command() is None:
        pytest.skip("no pprof (Debian: golang-1.19-go)")
    answer = subprocess.run([*pprof_command(), *map(str, words)], capture_output=True, text=True, timeout=60,
                            env={**os.environ, "PPROF_TMPDIR": "/nonexistent"})
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def npm_package(name, version):
    """The folder of an installed package of npm; skips where it cannot be had."""
    folder = environments.folder / f"{name.rpartition('/')[2]}-{version}"
    package = folder / "node_modules" / name
    if not package.exists() and not installed_by_npm(folder, f"{name}@{version}"):
        pytest.skip(f"{name} cannot be installed here")
    return package


@functools.lru_cache(maxsize=None)
def installed_by_npm(folder, what):
    """Tried once: a registry that nobody reaches answers late."""
    if shutil.which("npm") is None:
        return False
    words = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=20000",
             "--prefix", folder, what]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return subprocess.run(words, capture_output=True, timeout=100, stdin=subprocess.DEVNULL).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def in_chromium(address, folder):
    """The document that the browser makes of an address, and what it wrote on its console."""
    if shutil.which("chromium") is None:
        pytest.skip("no chromium")
    words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0",
             "--virtual-time-budget=10000", f"--user-data-dir={folder}", "--dump-dom", address]
    answer = subprocess.run(words, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    return answer.stdout, "\n".join(line for line in answer.stderr.splitlines() if ":CONSOLE:" in line)


def speedscope(file):
    """The profiles that speedscope shows of a file, (name, total as it is shown); it must be able to read the file."""
    page = npm_package("speedscope", "1.25.0") / "dist/release/index.html"
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "profile.js")
        content = base64.b64encode(file.read_bytes()).decode()
        with open(script, "w") as out:
            out.write(f'speedscope.loadFileFromBase64({json.dumps(file.name)}, "{content}")')
        document, console = in_chromium(f"{page.as_uri()}#localProfilePath={script}", folder)
    assert '"import: ' in console and "Failed" not in console and "Something went wrong" not in document, console
    rows = re.findall(r'<tr title="([^"]*)".*?<td[^>]*>([^<]*)</td></tr>', document)
    return rows or [(file.name, None)]  # of one profile there is no list


@contextlib.contextmanager
def firefox_profiler(file):
    """A function that asks the Firefox Profiler's command about a file, in words, and returns its JSON.

    Its `load` gives the server that it starts half a second, too little on a busy machine, so the server is started here.
    """
    program = npm_package("@firefox-devtools/profiler-cli", "0.10.0") / "dist/profiler-cli.js"
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PROFILER_CLI_SESSION_DIR": folder, "PROFILER_CLI_NO_SYMBOLICATE": "1"}

        def run(*words):
            return subprocess.run([node, program, *map(str, words)], capture_output=True, text=True, timeout=60,
                                  env=environment, stdin=subprocess.DEVNULL)

        def ask(*words):
            answer = run(*words, "--json", "--session", "test")
            assert answer.returncode == 0, answer.stdout + answer.stderr
            return json.loads(answer.stdout)

        if run("--version").returncode != 0:
            pytest.skip("the Firefox Profiler's command does not run on this Node.js")
        server = subprocess.Popen([node, program, "--daemon", file, "--session", "test"], env=environment,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 120

            def wait_until(holds):
                while not holds():
                    assert server.poll() is None and time.monotonic() < deadline, f"{file} cannot be loaded"
                    time.sleep(0.1)

            # A question before the server has said where it listens makes it unknown for good.
            wait_until(pathlib.Path(folder, "test.json").exists)
            wait_until(lambda: run("profile", "meta", "--session", "test").returncode == 0)
            yield ask
        finally:
            server.kill()
            server.wait()
