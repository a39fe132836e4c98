"""What all verbs have in common: help, man page, completion, slips, exit codes, progress, colours."""

import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import time

import pytest
import runs

success, threshold_exceeded, usage, unreadable = 0, 1, 2, 3
shared = runs.build / "share"

later = [name for name in re.findall(r"^  (\w+) .*\(not in this version\)$", runs.ask("help").stdout, re.M)]
verbs = [name for name in re.findall(r"^  (\w+)  +\S.*$", runs.ask("help").stdout.partition("verbs:")[2], re.M)
         if name not in later]


def written(*words):
    answer = subprocess.run([runs.build / "libexec/pyprof/pyprof-analyze", *words], capture_output=True, text=True,
                            timeout=30)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def options_of(verb):
    return set(re.findall(r"^ +(?:-\w, )?(--[\w-]+)", runs.ask("help", verb).stdout, re.M))


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "sample.pyprof"
    subprocess.run([runs.build / "tests/write_sample_profile", path], check=True)
    return path


def test_help_of_every_verb():
    assert {"run", "report", "annotate", "diff", "compare", "export", "merge", "info", "doctor"} <= set(verbs)
    for verb in verbs:
        answer = runs.ask("help", verb)
        assert answer.returncode == success and "pyprof " in answer.stdout and answer.stderr == "", verb
        if verb not in ("run", "help"):
            assert runs.ask(verb, "--help").stdout == answer.stdout
    for verb in later:
        answer = runs.ask(verb, "x")
        assert answer.returncode == usage and "comes later" in answer.stderr
    answer = runs.ask("help", "reprot")
    assert answer.returncode == usage and "did you mean report?" in answer.stderr


def test_page_of_options_is_current():
    page = (runs.top / "docs/options.md").read_text(encoding="utf-8")
    assert page == written("manual", "markdown"), "write it anew: pyprof-analyze manual markdown > docs/options.md"
    for verb in verbs:
        section = page.partition(f"\n## {verb}\n")[2].partition("\n## ")[0]
        assert options_of(verb) <= {option for option in re.findall(r"--[\w-]+", section)}, verb


def test_man_page_is_well_formed_and_complete():
    page = shared / "man/man1/pyprof.1"
    if shutil.which("mandoc"):
        check = ["mandoc", "-Tlint", page]
    elif shutil.which("groff"):
        check = ["groff", "-ww", "-man", "-z", page]
    else:
        pytest.skip("neither mandoc nor groff")
    answer = subprocess.run(check, capture_output=True, text=True, timeout=30)
    assert (answer.returncode, answer.stdout + answer.stderr) == (0, "")
    text = page.read_text().replace("\\-", "-")
    for verb in verbs:
        assert f".SS {verb}\n" in text
        for option in options_of(verb):
            assert option in text, option


def test_installed_files(tmp_path):
    subprocess.run(["cmake", "--install", runs.build, "--prefix", tmp_path], check=True, capture_output=True, timeout=120)
    for file in ("man/man1/pyprof.1", "bash-completion/completions/pyprof", "zsh/site-functions/_pyprof",
                 "fish/vendor_completions.d/pyprof.fish"):
        assert (tmp_path / "share" / file).read_bytes() == (shared / file).read_bytes()


def bash_completes(folder, *words):
    """What bash offers for the last of the words, asked of the function that it calls."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; '
              '_pyprof; printf "%s\\n" "${COMPREPLY[@]}"')
    answer = subprocess.run(["bash", "--norc", "-c", script, "bash", shared / "bash-completion/completions/pyprof", "pyprof",
                             *words], capture_output=True, text=True, timeout=30, cwd=folder)
    assert answer.stderr == ""
    return [word for word in answer.stdout.splitlines() if word]


def test_bash_completes_verbs_options_choices_and_files(tmp_path):
    (tmp_path / "job.pyprof").write_text("")
    assert set(bash_completes(tmp_path, "")) == set(verbs)
    assert "report" in bash_completes(tmp_path, "rep")
    assert "bash" in bash_completes(tmp_path, "bas"), "a command to record"
    for verb in verbs:
        if verb != "help":
            assert set(option for option in bash_completes(tmp_path, verb, "--")) >= options_of(verb), verb
    assert bash_completes(tmp_path, "report", "--by", "k") == ["kernel"]
    assert bash_completes(tmp_path, "run", "--mode", "") == ["cpu", "wall"]
    assert bash_completes(tmp_path, "report", "jo") == ["job.pyprof"]
    assert bash_completes(tmp_path, "merge", "-o", "jo") == ["job.pyprof"]
    assert bash_completes(tmp_path, "report", "--limit", "") == []
    assert bash_completes(tmp_path, "completion", "z") == ["zsh"]
    assert "annotate" in bash_completes(tmp_path, "help", "ann")


class Terminal:
    """A command with a terminal of its own."""

    def __init__(self, command, folder, **variables):
        environment = {**runs.environment_of_mpi(), "TERM": "xterm", **{k: str(v) for k, v in variables.items()}}
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(str(command[0]), [str(word) for word in command], environment)
        self.text = ""

    def read(self, until=None, timeout=60):
        """Reads until the text has appeared, or to the end."""
        deadline = time.monotonic() + timeout
        while until is None or not re.search(until, self.text):
            assert time.monotonic() < deadline, self.text
            if not select.select([self.master], [], [], 1)[0]:
                continue
            try:
                part = os.read(self.master, 65536)
            except OSError:  # the other end is closed
                part = b""
            if not part:
                assert until is None, self.text
                break
            self.text += part.decode(errors="replace")
        return self.text

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self):
        os.close(self.master)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_bash_on_a_terminal_completes_what_is_typed(tmp_path):
    shell = Terminal(["bash", "--norc", "--noprofile"], tmp_path, PS1="ready> ", INPUTRC="/dev/null")
    shell.read("ready> ")
    shell.type(f"source '{shared}/bash-completion/completions/pyprof'; echo so''urced\n")
    shell.read("sourced\r\n")
    shell.type("pyprof annot\t")
    shell.read("annotate ")
    shell.type("--met\t")
    shell.read("--metric ")
    shell.type("\x15exit\n")
    shell.read()
    shell.end()


def test_zsh_takes_its_script():
    if shutil.which("zsh") is None:
        pytest.skip("no zsh")
    script = shared / "zsh/site-functions/_pyprof"
    assert subprocess.run(["zsh", "-n", script], capture_output=True, timeout=30).stderr == b""
    shell = Terminal(["zsh", "-f"], "/", PS1="ready> ")
    shell.read("ready> ")
    shell.type(f"autoload -Uz compinit; compinit -D -u; source {script}; echo so''urced\n")
    shell.read("sourced\r+\n")
    shell.type("pyprof annot\t")
    shell.read(r"annot\x07?ate")  # it rings, then writes the rest
    shell.type("--metr\t")
    shell.read("--metric")
    shell.type("\x15exit\n")
    shell.read()
    shell.end()


def test_fish_takes_its_script(tmp_path):
    if shutil.which("fish") is None:
        pytest.skip("no fish")
    script = shared / "fish/vendor_completions.d/pyprof.fish"

    def offered(line):
        answer = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], text=True,
                                capture_output=True, timeout=30, env={**os.environ, "HOME": str(tmp_path)})
        assert answer.stderr == ""
        return [word.partition("\t")[0] for word in answer.stdout.splitlines()]

    assert set(verbs) <= set(offered("pyprof "))
    assert options_of("diff") <= set(offered("pyprof diff --"))
    assert set(offered("pyprof report --by ")) >= {"function", "mpi"}


def test_slips_of_options_and_verbs(tmp_path, sample):
    slips = {("report", sample, "--jsno"): "--json", ("diff", sample, sample, "--normalise"): "--normalize",
             ("annotate", sample, "x", "--metrc", "cpu"): "--metric"}
    for words, meant in slips.items():
        answer = runs.ask(*words)
        assert answer.returncode == usage and f"did you mean {meant}?" in answer.stderr, answer.stderr
    answer = runs.ask("--raet=5", "true")
    assert answer.returncode == 125 and "did you mean --rate?" in answer.stderr
    answer = runs.ask("anotate", "x")
    assert answer.returncode == 127 and "did you mean pyprof annotate?" in answer.stderr


def calls_of(sample, folder):
    """For each verb a call that succeeds."""
    prof = folder / "calls.prof"
    subprocess.run([runs.python3, "-m", "cProfile", "-o", prof, "-m", "this"], check=True, timeout=30, stdout=subprocess.DEVNULL)
    return {"report": ["report", sample], "annotate": ["annotate", sample, "stencil"], "diff": ["diff", sample, sample],
            "info": ["info", sample], "merge": ["merge", sample, "-o", folder / "m.pyprof"],
            "export": ["export", sample, "--format", "collapsed", "-o", folder / "c"],
            "compare": ["compare", sample, prof, prof], "completion": ["completion", "bash"], "help": ["help", "report"]}


def test_exit_codes_of_every_verb(sample, tmp_path):
    calls = calls_of(sample, tmp_path)
    damaged = tmp_path / "damaged.pyprof"
    damaged.write_bytes(sample.read_bytes()[:-30])
    for verb, words in calls.items():
        answer = runs.ask(*words)
        assert answer.returncode == success, (verb, answer.stderr)
        answer = runs.ask(*words, "--no-such-option")
        assert answer.returncode == usage or verb == "help", verb
        if sample not in words:
            continue
        for file, shown in ((damaged, True), (tmp_path / "missing.pyprof", False), ("/etc/passwd", False)):
            answer = runs.ask(*[file if word == sample else word for word in words])
            assert answer.returncode == unreadable, (verb, file, answer.stderr)
            assert pathlib.Path(file).name in answer.stderr and answer.stderr.startswith("pyprof: ")
            assert shown or answer.stdout == ""
    assert runs.ask("diff", sample, sample, "--fail-over", "0").returncode == success
    assert set(calls) | {"run", "doctor"} | set(tested_elsewhere) == set(verbs)


tested_elsewhere = ["view", "import"]  # test_view.py, test_import.py


def colours(text):
    return re.findall(r"\033\[[\d;]*m", text)


@pytest.mark.parametrize("words", [["report"], ["diff"], ["annotate"]])
def test_colours_on_a_terminal_only_and_not_against_the_reader(words, sample, tmp_path):
    small = tmp_path / "small.pyprof"
    subprocess.run([runs.build / "tests/write_sample_profile", small, "small"], check=True)
    full = [runs.pyprof, *words, small, *{"report": [], "diff": [sample], "annotate": ["work"]}[words[0]]]

    def shown(**variables):
        terminal = Terminal(full, tmp_path, **variables)
        text = terminal.read()
        assert terminal.end() == success
        return text

    assert colours(shown())
    for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"OMPI_COMM_WORLD_RANK": "0"}):
        assert not colours(shown(**variables)), variables
    assert not colours(subprocess.run(full, capture_output=True, text=True, timeout=30).stdout)


def test_progress_after_a_second_on_a_terminal_only(sample, tmp_path):
    """Merges more and more files, until one merge takes longer."""
    count = 512
    while True:
        terminal = Terminal([runs.pyprof, "merge", *[sample] * count, "-o", tmp_path / "all.pyprof"], tmp_path)
        begin = time.monotonic()
        text = terminal.read(timeout=120)
        took = time.monotonic() - begin
        assert terminal.end() == success
        if took < 1:
            assert "merging," not in text
        if took > 1.5:
            break
        count *= 2
        assert count <= 16384, "merges are too quick for this test"
    assert re.search(r"\r\033\[Kpyprof: merging, 1 s", text)
    assert text.rpartition("\033[K")[2].startswith("pyprof: "), "the line is cleared in the end"
    for variables in ({"OMPI_COMM_WORLD_RANK": "0"},):
        terminal = Terminal([runs.pyprof, "merge", *[sample] * count, "-o", tmp_path / "all.pyprof"], tmp_path, **variables)
        assert "merging," not in terminal.read(timeout=120)
        assert terminal.end() == success
