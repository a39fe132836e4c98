"""K16: drives the Cython module k16, whose folder and source are the arguments."""

import array
import sys

from truth import Truth, lines_of

sys.path.insert(0, sys.argv[1])
import k16  # noqa: E402, found by the line above

truth = Truth("K16")
source = sys.argv[2]


def native(name, beginning=None):
    """A phase that is one function of the module; the lines of functions that wait for others are not asked for."""
    return truth.phase(name, "k16." + name, "native", lines_of(source, beginning) if beginning else (source, 0, 0, None))


cells = array.array("d", [1.0] * 20000)
plate = k16.Plate(cells)
for _ in truth.rounds():
    with native("evolve", "def evolve("):
        k16.evolve(cells, 400)
    with native("Plate.energy", "def energy("):
        plate.energy(1500)
    with native("fib_of_c", "cdef long fib_of_c("):
        k16.fib_by_c(29)
    with native("untyped"):
        k16.untyped(cells, 4)
    with native("fib_of_python"):
        k16.fib_of_python(21)
    with native("potential_in_parallel"):
        k16.potential_in_parallel(cells, 1000)
    with native("sqrt_used"):
        k16.sqrt_used(5000000)
    with truth.phase("sqrt_unused"):
        k16.sqrt_unused(5000000)

print("K16 done")
