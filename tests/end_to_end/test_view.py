"""pyprof view: the page on the loopback interface, for its owner alone."""

import http.client
import os
import re
import signal
import socket
import subprocess
import time

import pytest
import runs
from page_data import Page

usage, unreadable = 2, 3


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "sample.pyprof"
    subprocess.run([runs.build / "tests/write_sample_profile", path], check=True)
    return path


def clean_environment(**variables):
    names = ("SSH_CONNECTION", "DISPLAY", "WAYLAND_DISPLAY")
    return {**{k: v for k, v in runs.environment_of_mpi().items() if k not in names}, **variables}


class Viewer:
    def __init__(self, *words, **variables):
        self.process = subprocess.Popen([str(runs.pyprof), "view", *map(str, words)], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=clean_environment(**variables))
        self.url = self.process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/[0-9a-f]{48}/)", self.url)
        assert found, self.process.stderr.read()
        self.port, self.path = int(found[1]), found[2]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end()

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        return code, self.process.stderr.read()

    def ask(self, method="GET", path=None, host=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method, self.path if path is None else path, skip_host=True)
        if host != "":
            connection.putheader("Host", host or f"127.0.0.1:{self.port}")
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())


@pytest.fixture
def viewer(sample):
    with Viewer(sample) as started:
        yield started


def test_the_page_is_that_of_the_report(viewer, sample, tmp_path):
    status, body, headers = viewer.ask()
    assert status == 200 and headers["Content-Type"] == "text/html; charset=utf-8"
    assert runs.ask("report", sample, "--html", tmp_path / "page.html").returncode == 0
    assert body == (tmp_path / "page.html").read_bytes()
    assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"
    assert viewer.ask(host=f"localhost:{viewer.port}")[0] == 200
    assert viewer.ask(host="localhost:1")[0] == 200, "through a forwarded port"


def test_the_page_opens_with_the_chosen_rank_and_metric(sample, tmp_path):
    options = ["--rank", "1", "--metric", "cpu"]
    written = tmp_path / "page.html"
    assert runs.ask("report", sample, "--html", written, *options).returncode == 0
    assert Page(written).header["opening"] == {"rank": 1, "metric": "cpu"}
    with Viewer(sample, "--no-browser", *options) as viewer:
        assert viewer.ask()[1] == written.read_bytes()
    refused = runs.ask("view", sample, "--no-browser", "--rank", "99")
    assert refused.returncode == usage and "no rank 99" in refused.stderr


def test_only_with_the_right_token(viewer):
    token = viewer.path.strip("/")
    wrong = ["/", "/index.html", f"/{'0' * 48}/", f"/{token[:-1]}/", f"/{token}", f"/{token}/x", f"/{token.upper()}/" * 2,
             f"/x/../{token}/x", "//" + token]
    for path in wrong:
        status, body, _ = viewer.ask(path=path)
        assert status == 404 and token.encode() not in body and len(body) < 200, path


def test_only_under_a_name_of_this_machine(viewer):
    for host in ("attacker.example", f"attacker.example:{viewer.port}", "127.0.0.1.attacker.example", "", "[::1]", "0.0.0.0"):
        status, body, _ = viewer.ask(host=host)
        assert status in (400, 403) and len(body) < 200, host


def test_only_to_be_read(viewer):
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        status, body, headers = viewer.ask(method, headers={"Content-Length": "0"})
        assert status == 405 and headers["Allow"] == "GET, HEAD" and len(body) < 200, method
    status, body, headers = viewer.ask("HEAD")
    assert status == 200 and body == b"" and int(headers["Content-Length"]) > 10_000


def test_only_on_the_loopback_interface(viewer):
    listening = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True).stdout
    places = [line.split()[1] for line in listening.splitlines()[1:] if line.split()[3] == "0A"]
    assert [place for place in places if int(place.partition(":")[2], 16) == viewer.port] == [f"0100007F:{viewer.port:04X}"]
    others = subprocess.run(["cat", "/proc/net/tcp6"], capture_output=True, text=True).stdout
    assert not [line for line in others.splitlines()[1:] if line.split()[3] == "0A" and int(line.split()[1][-4:], 16) == viewer.port]


def test_half_a_request_holds_up_nobody(viewer):
    whole = len(viewer.ask()[1])
    halves = []
    for part in (b"", b"GET", f"GET {viewer.path} HTTP/1.1\r\nHost: 127.0.0.1".encode(), b"\r\n\r\n", b"\xff" * 300):
        half = socket.create_connection(("127.0.0.1", viewer.port), timeout=30)
        half.sendall(part)
        halves.append(half)
    gone = socket.create_connection(("127.0.0.1", viewer.port), timeout=30)
    gone.sendall(f"GET {viewer.path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    gone.close()  # a reader that does not wait
    assert len(viewer.ask()[1]) == whole
    for half in halves:
        half.close()
    status, body, _ = viewer.ask(headers={"Range": "bytes=0-9"})
    assert status == 206 and body == viewer.ask()[1][:10]


def test_two_readers(viewer):
    first = http.client.HTTPConnection("127.0.0.1", viewer.port, timeout=30)
    second = http.client.HTTPConnection("127.0.0.1", viewer.port, timeout=30)
    for reader in (first, second):
        reader.request("GET", viewer.path)
    bodies = {reader.getresponse().read() for reader in (second, first)}
    assert len(bodies) == 1 and len(bodies.pop()) > 10_000


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_told_to(sample, how):
    with Viewer(sample) as viewer:
        code, said = viewer.end(how)
        assert code == 0 and said.count("\n") == 1 and said.startswith("pyprof: shows ")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", viewer.port), timeout=5)


def test_a_remote_login_is_told_what_to_forward(sample):
    with Viewer(sample, SSH_CONNECTION="10.0.0.7 50022 10.0.0.1 22", DISPLAY=":0", PATH="/nonexistent") as viewer:
        code, said = viewer.end()
        assert f"ssh -N -L {viewer.port}:127.0.0.1:{viewer.port} " in said and code == 0


def test_a_browser_is_opened_at_a_display_only(sample, tmp_path):
    opened = tmp_path / "opened"
    (tmp_path / "xdg-open").write_text(f'#!/bin/sh\ncat "$1" > {opened}.part && mv {opened}.part {opened}\n')
    (tmp_path / "xdg-open").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    with Viewer(sample, "--no-browser", DISPLAY=":0", PATH=path), Viewer(sample, PATH=path), \
         Viewer(sample, DISPLAY=":0", SSH_CONNECTION="a 1 b 22", PATH=path):
        pass
    assert not opened.exists()
    with Viewer(sample, DISPLAY=":0", PATH=path) as viewer:
        deadline = time.monotonic() + 30
        while not opened.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert f"url={viewer.url}" in opened.read_text()


def test_ports_and_files_that_cannot_be_had(sample, tmp_path):
    with Viewer(sample) as viewer:
        answer = runs.ask("view", sample, "--port", viewer.port)
        assert answer.returncode == usage and "choose another" in answer.stderr
    with Viewer(sample, "--port", viewer.port) as again:
        assert again.port == viewer.port
    assert runs.ask("view", tmp_path / "none.pyprof").returncode == unreadable
    assert runs.ask("view", sample, "--port", "70000").returncode == usage
