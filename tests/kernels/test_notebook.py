"""K44: a notebook that nbconvert runs, whose cells measure themselves."""

import check
import runs
from measured import here, longest_factor, required_samples, run_kernel, seconds_at_first

notebook = here / "k44_notebook/k44.ipynb"
threads = {"NUMEXPR_NUM_THREADS": 1, "NUMEXPR_MAX_THREADS": 1}


def run_notebook(folder, seconds):
    command = [runs.python3, "-m", "nbconvert", "--execute", "--to", "notebook", "--stdout", notebook]
    home = folder.parent / f"{folder.name}-home"  # compiled cells and settings of a person are none of the test's
    home.mkdir()
    return run_kernel(folder, seconds, command, (), lambda _: (), HOME=home, **threads)


def times(measured):
    """Of each cell the time in the profile, below the cell's own lines, and by its own clock."""
    report, metric = measured.report(), check.metric_of(measured.report())
    return {name: (sum(line["total"][metric] for line in check.lines_within(phase, report)
                       if line["function"] == phase.function), phase.cpu_ns)
            for name, phase in measured.truth[-1].items()}


def samples_in(measured):
    return check.samples_in(sum(sampled for sampled, _ in times(measured).values()), measured.report())


def test_notebook_K44(tmp_path):
    runs.require_modules("nbconvert", "ipykernel", "numba", "numexpr", "Cython")
    measured = run_notebook(tmp_path / "first", seconds_at_first)
    samples = samples_in(measured)
    if samples < required_samples:
        factor = min(longest_factor, 1.3 * required_samples / max(samples, 1))
        measured = run_notebook(tmp_path / "second", seconds_at_first * factor)
        samples = samples_in(measured)
    assert samples >= required_samples
    assert not check.check_totals(measured.report())
    assert_shares(times(measured), samples)
    assert_texts(measured)


def assert_shares(cells, samples):
    assert len(cells) == 5
    all_sampled, all_true = (sum(each) for each in zip(*cells.values()))
    for name, (sampled, true) in cells.items():
        share = true / all_true
        assert abs(sampled / all_sampled - share) < check.tolerance(share, samples), (name, sampled / all_sampled, share)


def assert_texts(measured):
    """Lines of cells have their text from the notebook, whatever ran them."""
    lines = runs.ask("report", measured.recorded.profile, "--by", "line", "--csv").stdout
    assert "total += charges[i] * charges[j] / math.sqrt(x * x + y * y + z * z)" in lines
    assert 'distance = np.sqrt(np.einsum(""ij,ij->i"", difference, difference))' in lines
    functions = [f for f in measured.report()["functions"] if f["name"].endswith(("in_python", "in_cython"))]
    assert {(f["domain"], f["file"].split("/")[-1]) for f in functions if not f["file"].endswith(".pyx")} == {
        ("python", "cell 2 of k44.ipynb"), ("jit", "cell 2 of k44.ipynb")}
    assert any(f["domain"] == "native" and f["file"].endswith(".pyx") for f in functions)
