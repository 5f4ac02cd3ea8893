"""The rooms of the house: data flows one way, heavy packages stay behind lazy imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "langalign_sk"
#: No room imports from one further down.
ROOMS = [
    "_version",
    "_stamp",
    "_progress",
    "_numeric",
    "_io",
    "text",
    "corpus",
    "maps",
    "align",
    "evaluate",
    "datasets",
    "_demo",
    "_commands",
]
HEAVY = {"torch", "transformers", "sentence_transformers", "huggingface_hub", "pandas", "polars"}
FILES = sorted(PACKAGE.rglob("*.py"))


def imported(nodes):
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute in this project"
            yield node.module


def name_of(path):
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_room_imports_from_one_further_down(path):
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    rooms = {
        module.split(".")[1]
        for module in imported(ast.walk(tree))
        if module.startswith("langalign_sk.")
    }
    if room in ROOMS:
        allowed = set(ROOMS[: ROOMS.index(room) + 1])
        if room == "_demo":  # what a user does, it does through the public names
            allowed |= {"langalign_sk"}
        assert rooms <= allowed
    if room == "maps":
        assert rooms <= {"_progress", "_numeric", "maps", "_version", "_stamp"}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_heavy_packages_are_imported_where_they_are_used(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {module.split(".")[0] for module in imported(tree.body)}
    assert not top & HEAVY
    if path.relative_to(PACKAGE).parts[0] != "text":
        everywhere = {module.split(".")[0] for module in imported(ast.walk(tree))}
        assert not everywhere & {"transformers", "sentence_transformers", "huggingface_hub"}


def test_files_stay_readable():
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in FILES)
    assert lengths[len(lengths) // 2] < 200
