"""Stacks of tests/targets/alternate.py that cannot be: a function under one that never calls it (figure T2)."""

import collections
import subprocess

import runs

program = runs.top / "tests/targets/alternate.py"
rate = 10_000


# Code objects have no qualified names before 3.11.
members = {name: f"Object.{name}" for name in ("__init__", "outer_method", "inner_method", "inner_property")}


def may_call(caller, callee):
    outer = callee.startswith("outer_") or callee in ("Object.__init__", "Object.outer_method")
    if caller == "<module>":
        return callee in ("alternate", "Object", "Object.__init__")  # the class body; its one object at the start
    if caller == "alternate":
        return outer
    if callee == "inner_init":
        return caller == "Object.__init__"
    if callee.startswith("inner_"):
        return caller == callee.replace("inner_", "outer_") or (caller == callee == "inner_deep")
    return (caller, callee) in (("Object.outer_method", "Object.inner_method"), ("outer_property", "Object.inner_property"))


def sample(interpreter, seconds, folder):
    """(samples, impossible pairs with their samples, samples whose Python frames could not be read) of so many seconds at
    10 kHz, with whatever engine gives that."""
    recorded = runs.record([interpreter, program, str(seconds)], folder, options=["--rate", str(rate)])
    collapsed = folder / "stacks.txt"
    subprocess.run([runs.pyprof, "export", "--format", "collapsed", "-o", collapsed, recorded.profile], check=True)
    pairs = collections.Counter()
    for line in collapsed.read_text(encoding="utf-8").splitlines():
        stack, nanoseconds = line.rsplit(" ", 1)
        names = [frame.removesuffix(" (alternate.py)") for frame in stack.split(";") if frame.endswith(" (alternate.py)")]
        names = [members.get(name, name) for name in names]
        for pair in zip(names, names[1:]):
            pairs[pair] += int(nanoseconds) * rate // 10**9
    quality = recorded.report()["quality"]
    wrong = {pair: count for pair, count in pairs.items() if not may_call(*pair)}
    seen = {pair for pair in pairs if pair[1].startswith(("inner_", "Object.inner_"))}
    return quality["samples"], wrong, seen, quality["lost"].get("python_unreadable", 0)
