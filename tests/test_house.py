"""The rooms of the house: data flows one way, each room has one door, state has one place."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from benchmarks import house, house_rules
from benchmarks.house_rules import ROOMS, Package, imported

PACKAGE = Package(Path(__file__).resolve().parents[1] / "langalign_sk")
HEAVY = {
    "torch",
    "transformers",
    "sentence_transformers",
    "huggingface_hub",
    "pandas",
    "polars",
    "matplotlib",
    "jinja2",
    "dask",
    "distributed",
    "pyarrow",
}
name_of = PACKAGE.name_of


@pytest.mark.parametrize("path", PACKAGE.files, ids=name_of)
def test_no_room_imports_from_one_further_down(path):
    room = PACKAGE.room_of(path)
    rooms = PACKAGE.rooms_imported(path)
    if room in ROOMS:
        allowed = set(ROOMS[: ROOMS.index(room) + 1])
        assert rooms <= allowed
    else:
        assert path.name == "__init__.py", f"{room} is not a room"
    if room == "maps":
        assert rooms <= {"_progress", "_numeric", "_process", "maps", "_version", "_stamp"}


@pytest.mark.parametrize("path", PACKAGE.files, ids=name_of)
def test_rooms_are_entered_by_their_door(path):
    assert PACKAGE.past_doors(path) == []


def test_no_module_imports_itself_in_a_circle():
    assert PACKAGE.circles() == []


@pytest.mark.parametrize("path", PACKAGE.files, ids=name_of)
def test_state_of_the_process_is_in_its_room(path):
    if PACKAGE.room_of(path) == "_process":
        return
    assert PACKAGE.shared_state(path) == []


@pytest.mark.parametrize("path", PACKAGE.files, ids=name_of)
def test_heavy_packages_are_imported_where_they_are_used(path):
    tree = PACKAGE.trees[path]
    top = {module.split(".")[0] for module in imported(tree.body)}
    assert not top & HEAVY
    everywhere = {module.split(".")[0] for module in imported(ast.walk(tree))}
    if PACKAGE.room_of(path) != "encoders":
        assert not everywhere & {"transformers", "sentence_transformers", "huggingface_hub"}


@pytest.mark.parametrize("path", PACKAGE.files, ids=name_of)
def test_where_torch_computes_is_decided_in_one_place(path):
    if path.name == "_device.py":
        return
    decides = r"torch\.(cuda|xpu|mps|backends|device\(|autocast)|OutOfMemoryError|empty_cache"
    assert re.findall(decides, PACKAGE.texts[path]) == []


def test_files_stay_readable():
    lengths = sorted(len(text.splitlines()) for text in PACKAGE.texts.values())
    assert lengths[len(lengths) // 2] < 200


BROKEN = {
    "a/__init__.py": "from pkg.a._one import f",
    "a/_one.py": "from pkg.a._two import g\nfrom pkg.b import h\nTABLE = {1: 2}",
    "a/_two.py": "def g():\n    from pkg.a._three import x",
    "a/_three.py": "import pkg.a._one\nfrom functools import lru_cache\n_seen: dict = {}",
    "b/__init__.py": "from pkg.b._deep import h",
    "b/_deep.py": """
import threading
from pkg.a import _one
from pkg.a._two import g
_lock = threading.Lock()
_kept = Kept[int]()
_more = list()
@lru_cache(maxsize=None)
def h():
    global _more
""",
}


def test_the_rules_find_what_they_are_for(tmp_path):
    for name, text in BROKEN.items():
        path = tmp_path / "pkg" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    package = Package(tmp_path / "pkg")
    paths = {package.name_of(path): path for path in package.files}
    assert package.rooms_imported(paths["a/_one.py"]) == {"a", "b"}
    assert package.past_doors(paths["b/_deep.py"]) == ["pkg.a._one", "pkg.a._two"]
    assert package.past_doors(paths["a/_one.py"]) == []
    assert package.circles() == [["pkg.a._one", "pkg.a._three", "pkg.a._two"]]
    assert package.shared_state(paths["a/_one.py"]) == []
    assert package.shared_state(paths["a/_three.py"]) == ["line 3: _seen: dict = {}"]
    found = [line.split(": ")[1] for line in package.shared_state(paths["b/_deep.py"])]
    assert found == [
        "_lock = threading.Lock()", "_more = list()", "@lru_cache(maxsize=None)", "global _more",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="line 1: imports are absolute"):
        list(imported(ast.parse("from . import x").body))
    assert house_rules.is_mutable(ast.parse("BoundedCache[int](3)", mode="eval").body)


REPEATED = '''"""One.

Two. {0}
"""
import os
from sys import (
    path,
)

def {0}():
    """Say."""
    a = 1  # said
    # a comment

    b = 2
    c = 3
    d = 4
    return [
        a, b, c, d,
    ]
'''


def test_repeated_runs_are_counted_once_per_copy(tmp_path):
    folder = tmp_path / "pkg"
    (folder / "datasets").mkdir(parents=True)
    for name in ("one", "three", "two", "datasets/four"):
        (folder / f"{name}.py").write_text(REPEATED.format(name.split("/")[-1]), encoding="utf-8")
    package = Package(folder)
    assert list(house.repeated(package, docstrings=False)) == [
        (7, "three.py:12", "one.py:12"),
        (7, "two.py:12", "one.py:12"),
    ]
    assert [run.lines for run in house.repeated(package, docstrings=True)] == [8, 8]
    assert house.counted_lines(REPEATED.format("f"), docstrings=True)[:5] == [
        (1, '"""One.'), (3, "Two. f"), (4, '"""'), (10, "def f():"), (11, '"""Say."""'),
    ]  # fmt: skip


def test_the_figures_of_this_checkout(tmp_path, monkeypatch, capsys):
    found = house.figures(house.real_data.REPOSITORY)
    assert found["Python files"] == len(PACKAGE.files)
    assert found["parameters of LangAligner"] >= 3
    assert 1 <= found["files of align/, transfer/ in LangAligner.fit"] < 20
    assert all(isinstance(value, int) for value in found.values())
    house.main(["--list"])
    assert "langalign_sk:" in capsys.readouterr().out
    monkeypatch.setattr(house, "figures", lambda folder: {"files": 3})
    monkeypatch.setattr(house.real_data, "RESULTS", tmp_path)
    house.main(["--against", str(house.real_data.REPOSITORY)])
    written = json.loads((tmp_path / "house.json").read_text("utf-8"))
    assert written["figures"] == {"files": {"before": 3, "now": 3}}
    (tmp_path / "langalign_sk").mkdir()
    with pytest.raises(RuntimeError, match="in place of|can't be looked at"):
        house.looked_at(tmp_path)
