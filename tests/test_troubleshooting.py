"""The messages in docs/troubleshooting.md are those of the code."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "troubleshooting.md"
MESSAGES = re.findall(r"^### `(.*)`$", PAGE.read_text("utf-8"), re.MULTILINE)


@functools.cache
def said() -> str:
    """Everything that the package says, what is put in at run time left out."""
    found = []
    for path in sorted((ROOT / "langalign_sk").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = (p.value if isinstance(p, ast.Constant) else "…" for p in node.values)
                found.append("".join(map(str, parts)))
    return "\n".join(found)


def test_there_are_many():
    assert len(MESSAGES) >= 25
    assert len(set(MESSAGES)) == len(MESSAGES)


@pytest.mark.parametrize("message", MESSAGES)
def test_the_code_still_says_so(message):
    parts = [part.strip(" :;,.()") for part in message.split("…")]
    told = [part for part in parts if len(part) > 6]
    assert told
    for part in told:
        assert part in said(), part
