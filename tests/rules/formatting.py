#!/usr/bin/python3
"""C++ is laid out as clang-format 14 does it; other versions differ in details and are not asked (exit 77)."""

import re
import shutil
import subprocess
import sys

import sources

version_that_decides = 14


def main():
    tool = shutil.which(f"clang-format-{version_that_decides}") or shutil.which("clang-format")
    version = subprocess.run([tool, "--version"], capture_output=True, text=True).stdout if tool else ""
    found = re.search(r"version (\d+)", version)
    if not found or int(found[1]) != version_that_decides:
        print(f"clang-format {version_that_decides} (Debian 12) decides; here is {version.strip() or 'none'}")
        sys.exit(77)
    paths = [str(path) for path in sources.files("src", "agent", "tests", suffixes={".h", ".cpp"})]
    if "--fix" in sys.argv:
        sys.exit(subprocess.run([tool, "-i", *paths], cwd=sources.top).returncode)
    result = subprocess.run([tool, "--dry-run", *paths], cwd=sources.top, capture_output=True, text=True)
    wrong = sorted({line.split(":")[0] for line in result.stderr.splitlines() if "-Wclang-format" in line})
    sources.finish([f"{path}: not formatted" for path in wrong], "Run: tests/rules/formatting.py --fix")


if __name__ == "__main__":
    main()
