#!/usr/bin/python3
"""Words that say nothing, paths of somebody's machine, registries by name, and marks of unfinished work."""

import re

import sources

# Names that a file, type or function may not end in or consist of: they do not say what is inside.
empty_words = {"util", "utils", "manager", "helper", "helpers", "common", "misc", "data2", "tmp"}
# Names that other people chose.
foreign = re.compile(r"\b(google::protobuf::util|protobuf::util|std::common_\w+|tmp_path(_factory)?|context\.Manager|PY_SSIZE_T_CLEAN)\b")

# Written in two halves so that this file does not break its own rule.
machine_path = re.compile(r"(?<![\w./$}])/(?:wo" + r"rk|ro" + r"ot)/")
registry = re.compile("|".join(["py" + r"pi\.org", "npm" + r"js\.(?:org|com)", "pythonhosted" + r"\.org",
                                "debian" + r"\.org/debian", "crates" + r"\.io", "golang" + r"\.org/?(?:proxy)?\b",
                                "maven" + r"\.(?:org|apache)"]))
unfinished = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b|\bfor n" + r"ow\b|\bnot implement" + r"ed yet\b", )
stand_in = re.compile(r"\bplace" + r"holder\b", re.I)

code_suffixes = {".h", ".cpp", ".c", ".py", ".ts", ".tsx"}
page_suffixes = {".ts", ".tsx", ".html", ".css"}  # an input field's hint has this very name in HTML
_identifier = re.compile(r"[A-Za-z_]\w*")
_python_text = re.compile(r'""".*?"""|\'\'\'.*?\'\'\'|#[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def last_word(identifier):
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", identifier)
    return words[-1].lower() if words else ""


def code_of(path):
    source = sources.text(path)
    return _python_text.sub("", source) if path.suffix == ".py" else sources.code_only(source)


def problems_of_names(path):
    for part in path.parts[:-1] + (path.name.split(".")[0],):
        if last_word(part) in empty_words:
            yield f"{path}: the name `{part}` does not say what is inside"
    if path.suffix in code_suffixes:
        code = foreign.sub("", code_of(path))
        for identifier in sorted({i for i in _identifier.findall(code) if last_word(i) in empty_words}):
            yield f"{path}: the name `{identifier}` does not say what it is"


def problems_of_text(path):
    patterns = {"a path of one machine": machine_path, "a registry's host": registry, "unfinished work": unfinished}
    if path.suffix not in page_suffixes:
        patterns["a stand-in"] = stand_in
    for number, line in enumerate(sources.text(path).splitlines(), 1):
        for what, pattern in patterns.items():
            match = pattern.search(line)
            if match:
                yield f"{path}:{number}: {what}: {match.group()}"


def main():
    problems = []
    for path in sources.files(suffixes=sources.text_suffixes):
        problems += problems_of_names(path)
        problems += problems_of_text(path)
    sources.finish(problems, "Use the field's words (docs/glossary.md); derive paths and package sources from the "
                             "machine; finish the work or leave it out.")


if __name__ == "__main__":
    main()
