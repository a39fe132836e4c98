"""K30: the heat solver, its parts measured. Arguments are those of heat.py."""

import pathlib
import sys

folder = pathlib.Path(__file__).resolve().parents[1] / "heat"
sys.path.insert(0, str(folder))

import heat  # noqa: E402, found by the line above
from truth import Truth  # noqa: E402

truth = Truth("K30")
load_kernel = heat.load_kernel


def load_measured_kernel(path):
    return truth.timed("heat_step", load_kernel(path), "heat_step", "native", str(folder / "heat.c"))


heat.load_kernel = load_measured_kernel
heat.exchange_halo = truth.timed("halo", heat.exchange_halo)
heat.largest_change = truth.timed("change", heat.largest_change)
heat.solve = truth.timed("whole", heat.solve)
heat.main()
