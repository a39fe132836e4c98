"""Runs a program under cProfile as `python PROGRAM…` would, and leaves what was counted in a folder however it ends.

usage: run_traced.py FOLDER VARIABLES -m MODULE|-c TEXT|SCRIPT [ARGUMENT…]

VARIABLES, separated by commas, are those in which launchers of MPI give a rank. The file is called rank-R.prof, or
alone.prof without a rank. Runs on CPython 3.8 and later."""

import cProfile
import os
import runpy
import sys
import types
import zipfile

owner = os.getpid()
folder, variables = sys.argv[1:3]
rank = next((os.environ[name] for name in variables.split(",") if os.environ.get(name, "").isdigit()), None)
output = os.path.join(os.path.abspath(folder), "alone.prof" if rank is None else "rank-%s.prof" % rank)
profile = cProfile.Profile()


def save():
    if os.getpid() != owner:  # a child that was forked
        return
    profile.disable()
    unfinished = "%s.%d" % (output, owner)
    profile.dump_stats(unfinished)
    os.replace(unfinished, output)


def saving_first(leave):
    def save_and_leave(*arguments, **options):
        save()
        return leave(*arguments, **options)
    return save_and_leave


# These end the program without a word to Python.
for name in ("_exit", "abort", "execv", "execve"):
    setattr(os, name, saving_first(getattr(os, name)))


def use_path(first):
    """The first folder that modules come from: as if this file did not exist."""
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        sys.path[0] = first


def namespace_of_main(**names):
    """The program is the module __main__, as pickle and multiprocessing expect."""
    module = types.ModuleType("__main__")
    vars(module).update(__builtins__=__builtins__, **names)
    sys.modules["__main__"] = module
    return vars(module)


def run_script(path):
    sys.argv = sys.argv[3:]
    if os.path.isdir(path) or zipfile.is_zipfile(path):
        return profile.runcall(runpy.run_path, path, run_name="__main__")
    use_path(os.path.dirname(os.path.realpath(path)))
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec")
    run(code, namespace_of_main(__file__=os.path.abspath(path), __cached__=None))


def run_text(text):
    sys.argv = ["-c"] + sys.argv[5:]
    use_path("")
    run(compile(text, "<string>", "exec"), namespace_of_main())


def run_module(name):
    sys.argv = sys.argv[4:]
    use_path(os.getcwd())
    profile.runcall(runpy.run_module, name, run_name="__main__", alter_sys=True)


def run(code, namespace):
    profile.enable()
    exec(code, namespace)


try:
    if sys.argv[3] == "-m":
        run_module(sys.argv[4])
    elif sys.argv[3] == "-c":
        run_text(sys.argv[4])
    else:
        run_script(sys.argv[3])
finally:
    save()
