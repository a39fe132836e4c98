"""Becomes another program after some CPU time: `burn_and_exec.py SECONDS`. Its CPU clock goes on through exec."""

import os
import pathlib
import sys

from burn import burn

burn(float(sys.argv[1]))
os.execv(sys.executable, [sys.executable, str(pathlib.Path(__file__).with_name("burn.py")), sys.argv[1]])
