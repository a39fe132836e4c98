"""What every Python test may import: tests/support, tests/kernels and tests/targets."""

import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here / "support"), str(here / "kernels"), str(here / "targets")]
