#!/usr/bin/python3
"""Links between pages resolve, every page is reachable from docs/README.md, decisions are numbered and indexed."""

import pathlib
import re

import sources

_link = re.compile(r"\]\((?!\w+:|#)([^)\s#]+)(?:#[^)]*)?\)")
_fence = re.compile(r"^```.*?^```", re.M | re.S)
decision_parts = ("## Context", "## Decision", "## Consequences")


def links(path):
    for target in _link.findall(_fence.sub("", sources.text(path))):
        yield (sources.top / path.parent / target).resolve()


def dead_links(pages):
    for page in pages:
        for target in links(page):
            if not target.exists():
                yield f"{page}: links to {target.name}, which is not there"


def unlinked(index, pages):
    """Pages that the index does not link to."""
    linked = set(links(index))
    return [f"{page}: not in {index}" for page in pages if (sources.top / page) not in linked and page != index]


def decision_problems(records):
    seen = {}
    for record in records:
        number = re.match(r"(\d{4})-[a-z0-9-]+\.md$", record.name)
        if not number:
            yield f"{record}: a record is named NNNN-what-was-decided.md"
            continue
        if number[1] in seen:
            yield f"{record}: has the number of {seen[number[1]]}"
        seen[number[1]] = record.name
        for part in decision_parts:
            if part not in sources.text(record):
                yield f"{record}: no {part}"


def main():
    pages = [page for page in sources.files(suffixes={".md"})]
    docs = pathlib.Path("docs")
    records = [page for page in pages if page.parent == docs / "decisions" and page.name != "README.md"]
    problems = list(dead_links(pages)) + list(decision_problems(records))
    problems += unlinked(docs / "decisions/README.md", records)
    problems += unlinked(docs / "README.md", [page for page in pages if docs in page.parents and page not in records])
    sources.finish(problems, "docs/README.md is the index of pages, docs/decisions/README.md that of decisions.")


if __name__ == "__main__":
    main()
