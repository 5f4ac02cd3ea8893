"""Links to files of the repository that are no pages of the site.

``[changes](../CHANGELOG.md)`` is right where the text is read in a repository. On the
site a page of the developers' section shows such a file; this leads there.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

#: File of the repository -> page that shows it.
SHOWN = {
    "README.md": "index.md",
    "CHANGELOG.md": "developer/changelog.md",
    "CONTRIBUTING.md": "developer/contributing.md",
    "benchmarks/README.md": "developer/benchmarks.md",
    "tests/skips.py": None,
    "LICENSE": None,
    "SECURITY.md": "developer/security.md",
}
_LINK = re.compile(r"\[([^\]]*)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")
_INCLUDE = re.compile(r"```\{include\} (\S+)\n```")


def _moved(text: str, at: str, docname: str) -> str:
    """Return the text with links from the folder `at` of the repository made links of the page."""

    def lead(match: re.Match[str]) -> str:
        words, target, anchor = match[1], match[2], match[3] or ""
        full = posixpath.normpath(posixpath.join(at, target))
        page = SHOWN.get(full, full.removeprefix("docs/") if full.startswith("docs/") else full)
        if page is None or (not full.startswith("docs/") and full not in SHOWN):
            return words
        here = posixpath.dirname(docname)
        there = posixpath.relpath(page, here or ".")
        return f"[{words}]({there}{anchor if full not in SHOWN else ''})"

    return _LINK.sub(lead, text)


def read(app: Any, docname: str, source: list[str]) -> None:
    """Put included files in their place, and lead all links to pages."""
    path = app.env.doc2path(docname)
    if not str(path).endswith(".md"):
        return

    def included(match: re.Match[str]) -> str:
        full = posixpath.normpath(posixpath.join("docs", posixpath.dirname(docname), match[1]))
        file = app.srcdir.parent / full
        app.env.note_dependency(str(file))
        text = file.read_text("utf-8")
        if full.endswith(".py"):
            return f"```python\n{text}```"
        return _moved(text, posixpath.dirname(full), docname)

    text = _moved(source[0], posixpath.join("docs", posixpath.dirname(docname)), docname)
    source[0] = _INCLUDE.sub(included, text)


def setup(app: Any) -> dict[str, bool]:
    """Register the hook."""
    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
