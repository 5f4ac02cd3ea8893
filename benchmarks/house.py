"""The house in figures, before and after: ``python -m benchmarks.house``.

Files are read as text; constructors, and the files that a fit walks through, are looked at in a
process of their own. With ``--against FOLDER``, another checkout stands beside this one. A repeated
run is six or more equal lines in a row that stand in the package before; blank lines, comments and
imports do not count.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import real_data
from benchmarks.house_rules import Package
from langalign_sk._io import text_table

NAME = "langalign_sk"
WINDOW = 6
#: Written by hand from a lexicon: its length says nothing of the code.
LEFT_OUT = "datasets"
#: Run in a checkout: parameters of the large signatures, files of two rooms that a fit enters.
_LOOK = """
import importlib, inspect, json, sys
import numpy as np
import langalign_sk
from langalign_sk import LangAligner, ParallelCorpus, TransferClassifier

def found(name):
    for room in ("", ".maps", ".report", ".evaluate", ".align", ".transfer"):
        try:
            return getattr(importlib.import_module("langalign_sk" + room), name)
        except (ImportError, AttributeError):
            pass

def walked(work):
    seen = set()
    def look(frame, event, arg):
        seen.add(frame.f_code.co_filename)
    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(None)
    root = langalign_sk.__path__[0]
    return sorted(f for f in seen if f.startswith((root + "/align/", root + "/transfer/")))

names = ["EmbeddingExtractor", "MLPMap", "TransferClassifier", "ReverseAligner", "LangAligner",
         "transfer_report"]
rng = np.random.default_rng(0)
S = rng.normal(size=(400, 8))
pairs = ParallelCorpus(S, S @ rng.normal(size=(8, 8)), target_lang="ko")
y = (S[:, 0] > 0).astype(int)
print(json.dumps({
    "folder": langalign_sk.__path__[0],
    "parameters": {name: len(inspect.signature(found(name)).parameters) for name in names},
    "files": {
        "LangAligner.fit": walked(lambda: LangAligner(pairs, gate=None).fit(S)),
        "TransferClassifier.fit": walked(lambda: TransferClassifier(pairs=pairs).fit(S, y)),
    },
}))
"""


class Run(NamedTuple):
    """Lines that stand in the package before, and where."""

    lines: int
    place: str
    before: str


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.house", description=__doc__)
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="another checkout")
    parser.add_argument("--list", action="store_true", help="name the places; write no result")
    args = parser.parse_args(argv)
    folders = {"now": real_data.REPOSITORY}
    if args.against is not None:
        folders = {"before": args.against.resolve(), **folders}
    if args.list:
        for folder in folders.values():
            print("\n".join(places(Package(folder / NAME))))
        return
    columns = {name: figures(folder) for name, folder in folders.items()}
    rows = {row: {name: found[row] for name, found in columns.items()} for row in columns["now"]}
    shown = [[row, *(str(cells[name]) for name in columns)] for row, cells in rows.items()]
    print(text_table([["what", *columns], *shown]))
    if args.against is not None:
        result = {"command": "python -m benchmarks.house --against FOLDER"}
        real_data.write_result("house", {**result, "figures": rows, **only_versions()})


def only_versions() -> dict[str, Any]:
    """Return what the figures depend on beside the source."""
    versions = real_data.versions()
    return {"versions": {name: versions[name] for name in ("langalign-sk", "scikit-learn")}}


def figures(folder: Path) -> dict[str, int]:
    """Return every figure of a checkout."""
    package = Package(folder / NAME)
    seen = looked_at(folder)
    return {**of_files(package), **of_names(package, seen), **of_rules(package)}


def of_files(package: Package) -> dict[str, int]:
    """Return how many files there are, and how long they are."""
    counted = [path for path in package.files if package.room_of(path) != LEFT_OUT]
    lengths = [len(package.texts[path].splitlines()) for path in counted]
    others = [
        path
        for path in package.folder.rglob("*")
        if path.suffix in {".css", ".js", ".html", ".j2", ".jinja"}
    ]
    return {
        "Python files": len(package.files),
        f"lines of Python without {LEFT_OUT}/": sum(lengths),
        "lines of templates, styles and scripts": sum(
            len(path.read_text(encoding="utf-8").splitlines()) for path in others
        ),
        "median file, lines": int(statistics.median(lengths)),
        "longest file, lines": max(lengths),
    }


def of_names(package: Package, seen: dict[str, Any]) -> dict[str, int]:
    """Return how many names and parameters a user meets, and how many files a reader."""
    names = {
        package.room_of(path): len(public_names(package.trees[path]))
        for path in package.files
        if path.name == "__init__.py" and path.parent.parent == package.folder
    }
    rooms = sum(count for room, count in names.items() if not room.startswith("_"))
    first = package.trees[package.folder / "__init__.py"]
    return {
        f"public names of {NAME}": len(public_names(first)),
        "public names of its rooms, all together": rooms,
        **{f"parameters of {name}": count for name, count in seen["parameters"].items()},
        **{f"files of align/, transfer/ in {fit}": len(f) for fit, f in seen["files"].items()},
    }


def of_rules(package: Package) -> dict[str, int]:
    """Return how often the rules of the house are broken, and what stands twice."""
    circles = package.circles()
    state = {path: package.shared_state(path) for path in package.files}
    outside = [found for path, found in state.items() if package.room_of(path) != "_process"]
    code, everything = (list(repeated(package, docstrings=kept)) for kept in (False, True))
    return {
        "imports of another room": sum(len(package.crossings(path)) for path in package.files),
        "imports past another room's door": sum(
            len(package.past_doors(path)) for path in package.files
        ),
        "circles of imports": len(circles),
        "modules in circles": sum(map(len, circles)),
        "module-level state outside _process/": sum(map(len, outside)),
        f"repeated runs of {WINDOW} lines, code": len(code),
        f"repeated runs of {WINDOW} lines, docstrings too": len(everything),
        "lines in them": sum(run.lines for run in everything),
    }


def places(package: Package) -> Iterator[str]:
    """Give a line for everything that the figures of `of_rules` count."""
    yield f"{package.folder}:"
    for path in package.files:
        name = package.name_of(path)
        yield from (f"  door   {name} imports {module}" for module in package.past_doors(path))
        if package.room_of(path) != "_process":
            yield from (f"  state  {name} {found}" for found in package.shared_state(path))
    for circle in package.circles():
        yield f"  circle {', '.join(circle)}"
    for kind, docstrings in (("code", False), ("text", True)):
        for run in sorted(repeated(package, docstrings=docstrings), reverse=True):
            yield f"  {kind}   {run.lines} lines: {run.place} as {run.before}"


def public_names(tree: ast.Module) -> list[str]:
    """Return the names in a module's ``__all__``."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            assert node.value is not None
            return list(ast.literal_eval(node.value))
    return []


def repeated(package: Package, *, docstrings: bool) -> Iterator[Run]:
    """Give each longest run of lines whose windows all stand at an earlier place."""
    first: dict[tuple[str, ...], str] = {}
    for path in package.files:
        if package.room_of(path) == LEFT_OUT:
            continue
        lines = counted_lines(package.texts[path], docstrings=docstrings)
        length, begins, before = 0, 0, ""
        for at in range(len(lines) - WINDOW + 2):
            window = tuple(text for _, text in lines[at : at + WINDOW])
            known = first.get(window) if len(window) == WINDOW else None
            if known is not None:
                if not length:
                    length, begins, before = WINDOW - 1, lines[at][0], known
                length += 1
                continue
            if length:
                yield Run(length, f"{package.name_of(path)}:{begins}", before)
                length = 0
            if len(window) == WINDOW:
                first[window] = f"{package.name_of(path)}:{lines[at][0]}"


def counted_lines(text: str, *, docstrings: bool) -> list[tuple[int, str]]:
    """Return number and content of the lines that count for repetition."""
    left_out: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            left_out |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        elif docstrings or not isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ):
            continue
        elif ast.get_docstring(node, clean=False) is not None:
            said = node.body[0]
            left_out |= set(range(said.lineno, (said.end_lineno or said.lineno) + 1))
    lines = enumerate(map(str.strip, text.splitlines()), 1)
    return [(n, line) for n, line in lines if line and line[0] != "#" and n not in left_out]


def looked_at(folder: Path) -> dict[str, Any]:
    """Return signatures and journeys of a checkout, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _LOOK],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{folder} can't be looked at:\n{done.stderr[-2000:]}")
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if Path(seen["folder"]).resolve() != (folder / NAME).resolve():
        raise RuntimeError(f"{seen['folder']} was imported in place of {folder / NAME}")
    return seen


if __name__ == "__main__":
    main()
