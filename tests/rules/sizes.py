#!/usr/bin/python3
"""Files of at most 600 lines, functions of at most 60: about 400 and 40 are the aim."""

import ast
import re

import sources

longest_file = 600
longest_function = 60

# The text before an opening brace, if it is a function's: a parameter list, then what may follow one.
_function_head = re.compile(
    r"\)\s*(?:const|noexcept(?:\([^()]*\))?|override|final|mutable|&&?|->\s*[\w:<>,&*\s]+|:\s*[^;{}]*(?:\{[^{}]*\}[^;{}]*)*)*\s*$")
_control = re.compile(r"\b(?:if|for|while|switch|catch|do|else|return)\b\s*(?:constexpr\s*)?(?:\(|$)")


def cpp_functions(source):
    """(first line, length) of each outermost function body."""
    code = sources.code_only(source)
    stack, head_start, line = [], 0, 1
    for position, character in enumerate(code):
        if character == "\n":
            line += 1
        elif character == "{":
            head = code[head_start:position].strip()
            in_function = any(kind for kind, _ in stack)
            is_function = not in_function and bool(_function_head.search(head)) and not _control.match(head)
            stack.append((is_function, line))
            head_start = position + 1
        elif character == "}" and stack:
            is_function, first = stack.pop()
            if is_function:
                yield first, line - first + 1
            head_start = position + 1
        elif character == ";":
            head_start = position + 1


def python_functions(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def main():
    problems = []
    suffixes = {".h", ".cpp", ".c", ".py", ".ts", ".tsx", ".sh", ".css"}
    for path in sources.files("src", "agent", "tests", "viewer", suffixes=suffixes):
        source = sources.text(path)
        lines = source.count("\n")
        if lines > longest_file:
            problems.append(f"{path}: {lines} lines")
        functions = (python_functions(source) if path.suffix == ".py" else
                     cpp_functions(source) if path.suffix in {".h", ".cpp", ".c"} else ())
        problems += [f"{path}:{first}: a function of {length} lines" for first, length in functions
                     if length > longest_function and path.parts[0] != "tests"]
    sources.finish(problems, f"Files have at most {longest_file} lines, functions {longest_function}: give a part that "
                             "can be named its own function or file.")


if __name__ == "__main__":
    main()
