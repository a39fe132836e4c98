"""Debug files come from a server only when they are asked for. The server is on this machine."""

import ctypes
import http.server
import pathlib
import re
import shutil
import subprocess
import threading

import pytest
import runs

kernels = pathlib.Path(__file__).resolve().parents[1] / "kernels"
builds = runs.build / "tests/kernels"


@pytest.fixture
def server(tmp_path):
    """A debuginfod server for the library `plate`; gives its address and the paths it was asked for."""
    folder = tmp_path / "server"
    notes = subprocess.run(["readelf", "-n", builds / "plate_plain/libplate.so"], capture_output=True, text=True).stdout
    build_id = re.search(r"Build ID: (\w+)", notes)
    if not build_id:
        pytest.skip("the library has no build id")
    place = folder / "buildid" / build_id[1]
    place.mkdir(parents=True)
    shutil.copy(builds / "plate_plain/libplate.so", place / "debuginfo")
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *_):
            asked.append(self.path)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_address[1]}", asked
        listening.shutdown()


def record_stripped(tmp_path, **variables):
    recorded = runs.record([runs.python3, kernels / "k14_ctypes/k14.py", builds / "plate_stripped"], tmp_path,
                           PYTHONPATH=kernels / "truth", PYPROF_KERNEL_SECONDS=0.5, XDG_CACHE_HOME=tmp_path / "cache",
                           DEBUGINFOD_CACHE_PATH=tmp_path / "client", **variables)
    assert recorded.process.returncode == 0, recorded.process.stderr
    return [function for function in recorded.report()["functions"] if function["name"] == "plate_relax"]


def test_a_server_is_asked_when_wanted(server, tmp_path):
    try:
        ctypes.CDLL("libdebuginfod.so.1")
    except OSError:
        pytest.skip("no libdebuginfod.so.1")
    address, asked = server
    (relax,) = record_stripped(tmp_path, DEBUGINFOD_URLS=address, PYPROF_DEBUGINFOD=1)
    assert relax["file"].endswith("plate.c"), relax
    assert asked


def test_no_server_is_asked_otherwise(server, tmp_path):
    address, asked = server
    (relax,) = record_stripped(tmp_path, DEBUGINFOD_URLS=address)
    assert not relax["file"], relax
    assert not asked
