"""Ends without telling anyone after some CPU time: `burn_and_leave.py exit|kill SECONDS`."""

import os
import signal
import sys

from burn import burn

burn(float(sys.argv[2]))
print("leaving", flush=True)
if sys.argv[1] == "exit":
    os._exit(3)
os.kill(os.getpid(), signal.SIGKILL)
