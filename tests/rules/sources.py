"""What the rules look at: the files of the repository, without build trees and what tools generate."""

import pathlib
import re
import sys

top = pathlib.Path(__file__).resolve().parents[2]

left_out = {"build", "node_modules", "dist", "__pycache__", "corpus", ".git", ".cache", ".pytest_cache", ".clangd"}
text_suffixes = {
    "", ".c", ".cpp", ".css", ".h", ".html", ".js", ".json", ".md", ".mjs", ".proto", ".py", ".S", ".sh", ".toml",
    ".ts", ".tsx", ".txt", ".map", ".cmake", ".yaml", ".yml",
}


def files(*folders, suffixes=None):
    """Every file below the folders (of the whole repository without one), as paths relative to the top, sorted."""
    found = []
    pending = [top / folder for folder in folders] or [top]
    while pending:
        path = pending.pop()
        if path.name in left_out:
            continue
        if path.is_dir() and not path.is_symlink():
            pending += path.iterdir()
        elif path.is_file() and (suffixes is None or path.suffix in suffixes):
            found.append(path.relative_to(top))
    return sorted(found)


def text(path):
    return (top / path).read_text(encoding="utf-8", errors="replace")


_comment_or_string = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\s\\]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n]){1,6}\'', re.S)


def code_only(source):
    """C++ or TypeScript without comments and the insides of strings; line breaks stay where they are."""
    return _comment_or_string.sub(lambda m: "\n" * m.group().count("\n"), source)


def finish(problems, fix):
    """Prints what is wrong and how it is put right; ends the program."""
    for problem in problems:
        print(problem)
    if problems:
        print(f"\n{len(problems)} of these. {fix}")
    sys.exit(1 if problems else 0)
