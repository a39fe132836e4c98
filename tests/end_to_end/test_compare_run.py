"""pyprof compare --run: programs that end in every way, alone and under mpirun; nothing of it stays."""

import json
import os
import signal
import subprocess
import time

import pytest
import runs
from page_data import Page

failed, not_found = 125, 127

# Its ways to end, and what it says once. `work` is called as often as each run says.
program = """
import os, sys
def work(number):
    return number & 1
def spin(times):
    return sum(work(number) for number in range(times))
if __name__ == "__main__":
    spin(400_000)
    print("arguments", sys.argv[1:], "path", sys.path[0] != "", flush=True)
    how = sys.argv[1] if len(sys.argv) > 1 else "end"
    if how == "exit": sys.exit(4)
    if how == "raise": raise ValueError("on purpose")
    if how == "_exit": os._exit(5)
    if how == "fork":
        pid = os.fork()
        if pid == 0: os._exit(0)
        os.waitpid(pid, 0)
    if how == "exec": os.execv("/bin/true", ["true"])
    if how == "kill": os.kill(os.getpid(), 9)
    if how == "input": print("read", sys.stdin.readline().strip())
    if how == "pool":
        import multiprocessing
        with multiprocessing.Pool(1) as pool: print(pool.map(work, [1, 2, 3]))
"""
work_calls = 400_000


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "program.py").write_text(program)
    return tmp_path


def compare_run(folder, *command, options=(), interpreter=runs.python3, stdin=subprocess.DEVNULL, launcher=(), **variables):
    environment = runs.environment(folder, **variables)
    words = [runs.pyprof, "compare", *options, "--run", "--", *launcher, *([interpreter] if interpreter else []), *command]
    answer = subprocess.run([str(word) for word in words], cwd=folder, env=environment, stdin=stdin, capture_output=True,
                            text=True, timeout=120)
    left = sorted(path.name for path in folder.iterdir() if path.name not in ("program.py", "spool", "__pycache__", "input"))
    assert left == [] and list((folder / "spool").iterdir()) == []
    return answer


def document_of(answer):
    document = json.loads(answer.stdout)
    runs.validate(document, "compare")
    return document


def calls_of(document, name):
    (found,) = [f["ncalls"] for f in document["functions"] if f["name"] == name and f["file"].endswith("program.py")]
    return found


@pytest.mark.parametrize("interpreter", runs.each_interpreter())
def test_three_runs_in_every_version(interpreter, folder):
    answer = compare_run(folder, "program.py", "end", "--json", options=["--json"], interpreter=interpreter)
    assert answer.returncode == 0, answer.stderr
    document = document_of(answer)
    assert calls_of(document, "work") == work_calls
    assert all(document[name] > 0 for name in ("bare_wall_s", "sampled_wall_s", "cprofile_wall_s"))
    assert document["notes"] == []
    assert answer.stderr.splitlines() == ["arguments ['end', '--json'] path True"]


@pytest.mark.parametrize("how, code", [("exit", 4), ("raise", 1), ("_exit", 5), ("exec", 0), ("fork", 0), ("pool", 0)])
def test_programs_end_in_their_own_way(how, code, folder):
    answer = compare_run(folder, "program.py", how, options=["--json"])
    assert answer.returncode == code, answer.stderr
    document = document_of(answer)
    # What pool.map calls runs in a child.
    assert calls_of(document, "work") == work_calls
    assert not [note for note in document["notes"] if "ended" in note]
    assert answer.stderr.count("arguments") == 1
    assert ("on purpose" in answer.stderr) == (how == "raise")


def test_a_program_that_is_killed_leaves_no_counts(folder):
    answer = compare_run(folder, "program.py", "kill")
    assert answer.returncode == 3 and "under it the program ended with signal 9" in answer.stderr


def test_modules_and_texts(folder):
    document = document_of(compare_run(folder, "-m", "program", "x", options=["--json"]))
    assert calls_of(document, "work") == work_calls
    answer = compare_run(folder, "-c", "import program; program.spin(1000); print('once')")
    assert answer.returncode == 0 and answer.stdout.startswith("once\n") and "cProfile counted" in answer.stdout


def test_options_of_the_program_are_its_own(folder):
    environment = runs.environment(folder)
    answer = subprocess.run([runs.pyprof, "compare", "--run", runs.python3, "program.py", "end", "--limit", "x"], cwd=folder,
                            env=environment, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("arguments ['end', '--limit', 'x']")


def test_a_file_as_input_is_read_by_every_run(folder):
    (folder / "input").write_text("a line\n")
    with open(folder / "input") as file:
        answer = compare_run(folder, "program.py", "input", options=["--json", "--rounds=2"], stdin=file)
    assert answer.returncode == 0 and answer.stderr.count("read a line") == 1
    document = document_of(answer)
    assert document["runs"] == 2 and calls_of(document, "work") == work_calls


def test_ranks(folder):
    launcher = runs.mpirun(2)
    (folder / "program.py").write_text("from mpi4py import MPI\n" + program)
    answer = compare_run(folder, "program.py", options=["--json"], launcher=launcher)
    assert answer.returncode == 0, answer.stderr
    document = document_of(answer)
    assert document["ranks"] == 2
    assert calls_of(document, "work") == 2 * work_calls
    assert answer.stderr.count("arguments") == 2


def test_the_page_of_ranks(folder, tmp_path_factory):
    launcher = runs.mpirun(2)
    longer = program.replace("return number & 1", "return sum(range(number % 40))")  # so that samples surely meet it
    (folder / "program.py").write_text("from mpi4py import MPI\n" + longer)
    out = tmp_path_factory.mktemp("page") / "page.html"
    answer = compare_run(folder, "program.py", options=["--html", out], launcher=launcher)
    assert answer.returncode == 0, answer.stderr
    page = Page(out)
    (work,) = [each for each in page.header["comparison"]["functions"] if each["name"] == "work" and each["file"].endswith("program.py")]
    ranks = work["ranks"]
    assert 0 < ranks["min"] <= ranks["mean"] <= ranks["max"] and {ranks["argmin"], ranks["argmax"]} == {0, 1}
    assert 2 * ranks["mean"] == pytest.approx(work["cprofile_self_s"] + work["cprofile_builtin_s"])
    assert page.header["run"]["ranks"] == 2
    assert page.header["strings"][page.columns["function.name"][work["id"]]] == "work"


def test_a_rank_without_counts_is_said(folder):
    launcher = runs.mpirun(2)
    # mpirun ends all ranks when one is killed: rank 1 waits until rank 0 has gone.
    (folder / "program.py").write_text("from mpi4py import MPI\n" + program + """
    import time
    first = MPI.COMM_WORLD.bcast(os.getpid())
    MPI.Finalize()
    if os.getpid() != first:
        while os.path.exists(f"/proc/{first}"): time.sleep(0.01)
        os.kill(os.getpid(), 9)
""")
    answer = compare_run(folder, "program.py", launcher=launcher)
    assert "Of 2 ranks 1 left counts" in answer.stdout and answer.returncode != 0, answer.stdout + answer.stderr


def test_ranks_do_not_run_it_themselves(folder):
    answer = compare_run(folder, "program.py", OMPI_COMM_WORLD_RANK=0)
    assert answer.returncode == failed and "compare --run -- mpirun" in answer.stderr


def test_mistakes_before_the_start(folder):
    for words, code, told in ((["/bin/true"], failed, "write `python app.py`"), (["no-such-command"], not_found, "no such"),
                              ([runs.python3], failed, "no program"), (["./program.py"], 126, "Permission denied")):
        answer = compare_run(folder, *words, interpreter=None)
        assert answer.returncode == code and told in answer.stderr, answer.stderr


@pytest.mark.parametrize("during", [1, 2, 3])
def test_a_signal_ends_it_and_nothing_stays(during, folder):
    """In the run of the program alone, in the sampled one, and in that under cProfile."""
    environment = runs.environment(folder)
    (folder / "program.py").write_text(
        "import os, pathlib, time\npathlib.Path('pids').open('a').write(f'{os.getpid()}\\n')\n"
        f"if len(pathlib.Path('pids').read_text().split()) == {during}:\n    time.sleep(60)\n")
    process = subprocess.Popen([runs.pyprof, "compare", "--run", "--", runs.python3, "program.py"], cwd=folder,
                               env=environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while len(pids(folder)) < during and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == -signal.SIGTERM
    process.stdout.close()
    assert len(pids(folder)) == during
    while any(os.path.exists(f"/proc/{pid}") for pid in pids(folder)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [pid for pid in pids(folder) if os.path.exists(f"/proc/{pid}")]
    assert sorted(path.name for path in folder.iterdir()) == ["pids", "program.py", "spool"]
    assert list((folder / "spool").iterdir()) == []


def pids(folder):
    """Of the runs so far, whole lines only."""
    path = folder / "pids"
    return [line.strip() for line in path.read_text().splitlines(True) if line.endswith("\n")] if path.exists() else []
