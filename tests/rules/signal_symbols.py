#!/usr/bin/python3
"""What the signal side calls outside itself is exactly what signal_symbols.txt lists.

usage: signal_symbols.py CAPTURE_OBJECTS [--with OTHER_OBJECTS]

Objects are separated by semicolons; those after --with are other folders of the agent, whose symbols may be used.
A std::vector in a handler shows up here as `operator new`, a lazy static as `__cxa_guard_acquire`, a thread-local
without initial-exec as `__tls_get_addr`.
"""

import pathlib
import re
import subprocess
import sys

import sources

golden = pathlib.Path(__file__).with_name("signal_symbols.txt")


def symbols(objects, *options):
    if not objects:
        return set()
    output = subprocess.run(["nm", "--demangle", *options, *objects], check=True, capture_output=True, text=True).stdout
    return set(re.findall(r"^(?:[0-9a-f]+)? +[A-Za-z] (.+)$", output, re.M))


def listed():
    lines = [line.partition("#")[0].strip() for line in golden.read_text().splitlines()]
    return {line for line in lines if line}


def main():
    groups = [[o for o in group.split(";") if o] for group in sys.argv[1:] if group != "--with"]
    everything = [o for group in groups for o in group]
    needed = symbols(groups[0], "--undefined-only") - symbols(everything, "--defined-only") - {"_GLOBAL_OFFSET_TABLE_"}
    problems = [f"agent/capture calls {name}, which signal_symbols.txt does not list" for name in needed - listed()]
    problems += [f"signal_symbols.txt lists {name}, which nothing calls" for name in listed() - needed]
    sources.finish(sorted(problems), "Only what is async-signal-safe may be called in a handler: no heap, lock, stdio, "
                                     "exception or lazy thread-local. Add a safe one to the list with its reason.")


if __name__ == "__main__":
    main()
