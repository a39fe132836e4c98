#!/usr/bin/python3
"""What a library of the agent shows, and what it needs, as exports.txt says.

usage: exports.py LIBRARY.so…

Shown: the interposed names and our own entry points only; anything else would capture symbols of the program.
Needed: libc alone, and no symbol that glibc got after 2.17, so that the agent loads in old containers. A library that is
built for one MPI library brings the C++ runtime of the machine it is built on, and needs that machine's libc.
"""

import pathlib
import re
import subprocess
import sys

import sources

golden = pathlib.Path(__file__).with_name("exports.txt")
newest_glibc = (2, 17)
# Parts of glibc; since 2.34 the last three are empty.
parts_of_libc = {"libc.so.6", "ld-linux-x86-64.so.2", "libdl.so.2", "libpthread.so.0", "librt.so.1"}

with_cxx_runtime = {"libpyprof-mpi.so"}


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def listed(library):
    """The patterns in the section `[library]` of exports.txt."""
    sections = re.split(r"^\[(.+)\]\s*$", golden.read_text(), flags=re.M)
    by_name = dict(zip(sections[1::2], sections[2::2]))
    lines = [line.partition("#")[0].strip() for line in by_name.get(library, "").splitlines()]
    return [line for line in lines if line]


def exported(path):
    return {line.split()[0].split("@")[0]
            for line in output_of("nm", "-D", "--defined-only", "--format=posix", path).splitlines()}


def problems_of(path):
    name = pathlib.Path(path).name
    patterns, shown = listed(name), exported(path)
    for symbol in sorted(shown):
        if not any(re.fullmatch(pattern, symbol) for pattern in patterns):
            yield f"{name} exports {symbol}, which exports.txt does not list"
    for pattern in patterns:
        if not any(re.fullmatch(pattern, symbol) for symbol in shown):
            yield f"{name} does not export {pattern}, which exports.txt lists"
    parts = parts_of_libc | {"libm.so.6"} if name in with_cxx_runtime else parts_of_libc
    for needed in re.findall(r"\(NEEDED\).*\[(.+?)\]", output_of("readelf", "-dW", path)):
        if needed not in parts:
            yield f"{name} needs {needed}; the agent depends on libc alone"
    if name in with_cxx_runtime:
        return
    for version in sorted(set(re.findall(r"GLIBC_([\d.]+)", output_of("objdump", "-T", path)))):
        if tuple(int(part) for part in version.split(".")[:2]) > newest_glibc:
            users = re.findall(rf"GLIBC_{re.escape(version)}\)?\s+(?:0x\w+\s+)?(\S+)", output_of("objdump", "-T", path))
            yield f"{name} needs glibc {version} for {', '.join(sorted(set(users)))}; 2.17 is the newest allowed"


def main():
    problems = [problem for path in sys.argv[1:] for problem in problems_of(path)]
    sources.finish(problems, "Hide what is not interposed (-fvisibility=hidden, the version script), find newer "
                             "functions at run time by dlsym, or list a new hook in tests/rules/exports.txt.")


if __name__ == "__main__":
    main()
