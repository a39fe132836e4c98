"""Prints the line tables of the interpreter that runs this, with the lines it gives itself (line_table_cases.h).

line_tables.py sample       a small program with every kind of entry, for tests/src/gather/line_tables.txt
line_tables.py stdlib       every module of the standard library that compiles
"""
import dis
import os
import sys
import sysconfig
import types

LNOTAB, PEP626, LOCATIONS = 1, 2, 3

SAMPLE = '''
def plain(a, b):
    c = a + b
    return c


def calls(f, x):
    return f(
        x,
        f(x,
          1),
    ) + f(
        2)


def backwards(items):
    result = [
        value * 2
        for value in items
        if value
        > 3
    ]
    try:
        for i in range(10):
            if i > 5: continue
            while True:
                break
    except ValueError as error:
        raise RuntimeError(
            "x") from error
    finally:
        result.append(
            1)
    return result


def gaps():
    a = 1
    %s
    b = a
    return b


class Outer:
    attribute = {
        "one": 1,
        "two": [x for x in (1, 2)],
    }

    def method(self):
        def inner():
            nonlocal here
            here = self
            yield here
            yield from inner()
        here = None
        return inner, lambda: (here,
                               self)

    async def waits(self, other):
        async with other as o:
            async for item in o:
                await item
        return None


def wide(%s): return (%s)


def long_line():
    return [%s]
''' % ("\n" * 400 + "    pass", ", ".join("a%d" % i for i in range(40)), ", ".join("a%d" % i for i in range(40)),
       ", ".join("'%s' + str(%d)" % ("y" * 60, i) for i in range(8)))


def code_objects(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from code_objects(constant)


def ranges_before_310(code):
    return [(start // 2, line) for start, line in dis.findlinestarts(code)]


def ranges_since_310(code):
    units = len(code.co_code) // 2
    lines = [0] * units
    for start, end, line in code.co_lines():
        lines[start // 2:end // 2] = [line or 0] * (end // 2 - start // 2)
    return [(i, line) for i, line in enumerate(lines) if i == 0 or lines[i - 1] != line]


def case(code):
    if sys.version_info < (3, 10):
        kind, table, ranges = LNOTAB, code.co_lnotab, ranges_before_310(code)
    else:
        kind = PEP626 if sys.version_info < (3, 11) else LOCATIONS
        table, ranges = code.co_linetable, ranges_since_310(code)
    text = ",".join("%d:%d" % pair for pair in ranges) or "0:0"
    return "%d %d %s %d %s" % (kind, code.co_firstlineno, table.hex() or "-", len(code.co_code) // 2, text)


def stdlib_sources():
    for folder, folders, files in os.walk(sysconfig.get_path("stdlib")):
        folders[:] = sorted(set(folders) - {"site-packages", "dist-packages", "__pycache__"})
        for name in sorted(files):
            if name.endswith(".py"):
                yield os.path.join(folder, name)


def main():
    if sys.argv[1] == "sample":
        sources = [("sample.py", SAMPLE)]
    else:
        sources = ((path, open(path, "rb").read()) for path in stdlib_sources())
    for path, source in sources:
        try:
            code = compile(source, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue
        for one in code_objects(code):
            print(case(one))


if __name__ == "__main__":
    main()
