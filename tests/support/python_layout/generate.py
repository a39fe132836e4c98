"""Writes the tables of agent/cpython from the headers of CPython, and says where they differ.

generate.py INCLUDE…            prints the tables for these folders (…/include/python3.X)
generate.py --write INCLUDE…    puts them into agent/cpython/v3_X.cpp, which must exist
generate.py --check INCLUDE…    names the tables that are not what these headers say

A C compiler is needed; the interpreter itself is not. The headers of 3.13 and later give two tables: the usual build
and the free-threaded one, whose structures are switched by Py_GIL_DISABLED.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
tables = here.parents[2] / "agent/cpython"
columns = 120
first_free_threaded = first_debug_offsets = 13

# Bytes of the fields that _Py_DebugOffsets gives the place of; the others are pointers.
width_of = {"collector.collecting": 4, "thread.status": 4, "frame.owner": 1, "frame.code_copy": 4,
            "code.first_line": 4, "code.instructions": 2, "bytes.data": 1, "text.state": 4, "text.ascii_data": 1, "text.compact_data": 1}


def figures_of(include, free_threaded=False):
    """[(name, value)] as layout.c prints them."""
    include = pathlib.Path(include)
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "layout"
        flags = ["-DPy_GIL_DISABLED=1"] if free_threaded else []
        subprocess.run(["cc", "-w", *flags, f"-I{include}", f"-I{include}/internal", f"-I{include.parent}",
                        "-o", program, here / "layout.c"], check=True)
        printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    return [tuple(line.split()) for line in printed.splitlines()]


def minor_of(figures):
    return int(dict(figures)["version"], 16) >> 16 & 0xff


def table_name(figures):
    figures = dict(figures)
    return f"python_3_{minor_of(figures)}{'t' if figures['free_threaded'] == '1' else ''}"


def laid_out(section, fields):
    """One section of the table, on one line where it fits, as clang-format does it."""
    initialisers = [f".{name} = {value}" for name, value in fields]
    start = f"    .{section} = {{"
    line = ", ".join(initialisers) + "},"
    if len(start + line) <= columns:
        return start + line
    if len(8 * " " + "{" + line) <= columns:
        return start[:-2] + "\n" + 8 * " " + "{" + line
    return start + (",\n" + " " * len(start)).join(initialisers) + "},"


def layout_text(figures):
    sections = {"version": [("minor", minor_of(figures)),
                            ("free_threaded", "true" if dict(figures)["free_threaded"] == "1" else "false")]}
    for name, value in figures:
        section, _, field = name.partition(".")
        if field and section != "debug":
            sections.setdefault(section, []).append((field, "absent" if value == "-1" else value))
    lines = [laid_out(section, fields) for section, fields in sections.items()]
    return f"constexpr PythonLayout {table_name(figures)}{{\n" + "\n".join(lines) + "\n};\n"


def debug_text(figures):
    """The positions in _Py_DebugOffsets; they are the same in both builds."""
    minor, rows, sizes = minor_of(figures), [], {}
    for name, value in figures:
        if not name.startswith("debug."):
            continue
        _, section, figure = name.split(".", 2)
        if figure == "size":
            sizes[section] = value
            continue
        rows.append(f"    {{.section = {sizes[section]}, .at = {value}, .figure = offsetof(PythonLayout, {figure}), "
                    f".width = {width_of.get(figure, 8)}}},")
    return ("constexpr DebugOffset stated[] = {\n" + "\n".join(rows) + "\n};\n",
            f"constexpr DebugOffsetTable debug_offsets_3_{minor}{{.bytes = {dict(figures)['debug_bytes']}, "
            ".figures = stated};\n")


def texts_of(include):
    """(minor version, the texts that its file must have)."""
    figures = figures_of(include)
    minor, texts = minor_of(figures), [layout_text(figures)]
    if minor >= first_free_threaded:
        texts.append(layout_text(figures_of(include, free_threaded=True)))
    if minor >= first_debug_offsets:
        texts += debug_text(figures)
    return minor, texts


def file_of(minor):
    return tables / f"v3_{minor}.cpp"


def missing(include):
    """The names of the tables that are not in their file as these headers say."""
    minor, texts = texts_of(include)
    written = file_of(minor).read_text()
    return [re.split(r"[{\[]", text)[0].split()[-1] for text in texts if text not in written]


def write(include):
    minor, texts = texts_of(include)
    written = file_of(minor).read_text()
    for text in texts:
        start = re.escape(re.split(r"[{\[]", text)[0])
        end = r"\{[^;]*?\};\n" if "DebugOffsetTable" in text else r"[{\[].*?\n\};\n"
        written, count = re.subn(start + end, lambda _: text, written, flags=re.S)
        if count != 1:
            sys.exit(f"{file_of(minor)}: no place for `{text.splitlines()[0]}`")
    file_of(minor).write_text(written)


def main():
    mode, includes = ("print", sys.argv[1:])
    if includes and includes[0].startswith("--"):
        mode, includes = includes[0][2:], includes[1:]
    if not includes:
        sys.exit(__doc__)
    different = False
    for include in includes:
        if mode == "write":
            write(include)
        elif mode == "check":
            for name in missing(include):
                different = True
                print(f"{include}: {name} in {file_of(texts_of(include)[0]).name} is another")
        else:
            print("\n".join(texts_of(include)[1]))
    sys.exit(different)


if __name__ == "__main__":
    main()
