"""K30: the heat solver, its parts measured, in more ways than heat.py has: `--kernel` in other languages, and `--halo started`
with messages that are all under way at once. --library names the C library, or the folder of the kernel's module. Other
arguments are those of heat.py."""

import argparse
import importlib
import pathlib
import sys

folder = pathlib.Path(__file__).resolve().parents[1] / "heat"
sources = folder.parent / "k30_heat"
sys.path.insert(0, str(folder))

import heat  # noqa: E402, found by the line above
from mpi4py import MPI  # noqa: E402
from truth import Truth  # noqa: E402

truth = Truth("K30")
load_c = heat.load_kernel


def numpy_step(field, following, rows, columns, weight):
    here = field[1:-1, 1:-1]
    around = field[:-2, 1:-1] + field[2:, 1:-1] + field[1:-1, :-2] + field[1:-1, 2:]
    following[1:-1, 1:-1] = here + weight * (around - 4.0 * here)


def load_module(name, path):
    sys.path.insert(0, path)
    return importlib.import_module(name)


def load_cffi(path):
    module = load_module("k30_cffi", path)

    def step(field, following, rows, columns, weight):
        pointers = [module.ffi.from_buffer("double[]", each) for each in (field, following)]
        module.lib.heat_step(*pointers, rows, columns, weight)

    return step


def load_fortran(path):
    module = load_module("k30_fortran", path)
    return lambda field, following, rows, columns, weight: module.heat_step(field.T, following.T, weight)


# How to load it, and by which symbol of which source it is found; Cython's stands beside its C file in the build.
kernels = {
    "c": (load_c, "heat_step", "native", folder / "heat.c"),
    "numpy": (lambda _: numpy_step, None, "python", __file__),
    "cython": (lambda path: load_module("k30_cython", path).heat_step, "k30_cython.heat_step", "native", "k30_cython.pyx"),
    "cffi": (load_cffi, "heat_step", "native", folder / "heat.c"),
    "f2py": (load_fortran, "heat_step", "native", sources / "k30_fortran.f90"),
}


def exchange_started(field, communicator):
    """What heat.exchange_halo does, with all messages under way at once."""
    rank, ranks = communicator.Get_rank(), communicator.Get_size()
    above = rank - 1 if rank > 0 else MPI.PROC_NULL
    below = rank + 1 if rank < ranks - 1 else MPI.PROC_NULL
    requests = [communicator.Irecv(field[-1], below, 1), communicator.Irecv(field[0], above, 2),
                communicator.Isend(field[1], above, 1), communicator.Isend(field[-2], below, 2)]
    MPI.Request.Waitall(requests)


parser = argparse.ArgumentParser(add_help=False)
parser.add_argument("--kernel", choices=kernels, default="c")
parser.add_argument("--halo", choices=["blocking", "started"], default="blocking")
chosen, rest = parser.parse_known_args()
sys.argv[1:] = rest
load, symbol, domain, source = kernels[chosen.kernel]


def load_measured_kernel(path):
    of_build = pathlib.Path(path).parent / "k30_heat"
    return truth.timed("heat_step", load(path), symbol, domain, str(of_build / source))


heat.load_kernel = load_measured_kernel
heat.exchange_halo = truth.timed("halo", exchange_started if chosen.halo == "started" else heat.exchange_halo)
heat.largest_change = truth.timed("change", heat.largest_change)
heat.solve = truth.timed("whole", heat.solve)
heat.main()
