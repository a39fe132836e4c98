#!/usr/bin/python3
"""Who may include whom. The table is the one of docs/architecture.md."""

import re

import sources

# folder -> our folders that its files may include, besides their own.
may_include = {
    "src/base": set(),
    "src/wire": {"src/base"},
    "src/gather": {"src/base", "src/wire"},
    "src/profile": {"src/base"},
    "src/sources": {"src/base"},
    "src/tracers": {"src/base"},
    "src/symbols": {"src/base", "src/profile"},
    "src/merge": {"src/base", "src/wire", "src/gather", "src/profile", "src/sources", "src/symbols"},
    "src/formats": {"src/base", "src/profile", "src/sources"},
    "src/imports": {"src/base", "src/profile", "src/tracers", "src/formats"},
    "src/compare": {"src/base", "src/profile", "src/tracers"},
    "src/diff": {"src/base", "src/profile"},
    "src/report": {"src/base", "src/profile", "src/sources", "src/tracers", "src/compare", "src/diff"},
    "src/cli": {"src/base", "src/wire", "src/gather", "src/profile", "src/sources", "src/symbols", "src/merge",
                "src/formats", "src/report", "src/tracers", "src/compare", "src/diff", "src/imports"},
    "agent": set(),  # what all of the agent's folders share
    "agent/cpython": {"src/base", "src/wire"},
    "agent/capture": {"src/base", "src/wire", "agent/cpython"},
    "agent/counters": {"src/base", "src/wire", "agent/capture", "agent/discover"},
    "agent/discover": {"src/base", "src/wire", "agent/cpython", "agent/capture"},
    "agent/hooks": {"src/base", "src/wire", "agent/capture", "agent/discover", "agent/preload"},
    "agent/preload": {"src/base", "src/wire", "agent/cpython", "agent/capture", "agent/counters", "agent/discover",
                      "agent/hooks"},
    "agent/mpi": {"src/base", "src/wire", "src/gather", "agent/preload"},
}

# other people's headers -> the folders that may include them.
restricted = {
    r"<google/protobuf/": {"src/profile"},
    r"<(elfutils/.*|libelf|gelf|dwarf)\.h>": {"src/symbols"},
    r"<libunwind.*\.h>": set(),
    r"<Python\.h>": set(),
    r"<CLI/": {"src/cli"},
    r"<nlohmann/": {"src/report", "src/formats", "src/sources", "src/cli"},
    r"<minizip/": {"src/sources"},
    r"<httplib\.h>": {"src/cli"},
    r"<mpi\.h>": {"agent/mpi"},
}

_include = re.compile(r'^\s*#\s*include\s*(?P<what>"[^"]+"|<[^>]+>)', re.M)


def folder_of(path):
    return "/".join(path.parts[:-1][:2])


def folder_of_include(name):
    """`wire/recording.h` or `src/wire/recording.h` -> `src/wire`; None if it is not one of ours."""
    for root in ("src/", ""):
        folder = "/".join((root + name).split("/")[:-1][:2])
        if folder in may_include:
            return folder
    return None


def problems_of(path, source):
    own = folder_of(path)
    for match in _include.finditer(source):
        what = match["what"]
        target = folder_of_include(what.strip('"<>'))
        allowed = may_include[own] | ({"agent"} if own.startswith("agent/") else set())
        if target and target != own and target not in allowed:
            yield f"{path}: {own} must not include {target} ({what})"
        if what.startswith('"') and not target:
            yield f"{path}: {what} is not rooted at src/ or at the top folder"
        for header, folders in restricted.items():
            if re.match(header, what) and own not in folders:
                yield f"{path}: {what} belongs to {' and '.join(sorted(folders)) or 'the tests'} alone"


def main():
    problems = []
    for path in sources.files("src", "agent", suffixes={".h", ".cpp", ".c", ".S"}):
        if folder_of(path) not in may_include:
            problems.append(f"{path}: its folder is not in the table")
        else:
            problems += problems_of(path, sources.text(path))
    sources.finish(problems, "Move the code to where its dependencies are allowed, or change the table here and in "
                             "docs/architecture.md together with a record in docs/decisions/.")


if __name__ == "__main__":
    main()
