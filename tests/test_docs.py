"""Every public name is in the reference, and every docstring says what its signature says."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
sys.path.append(str(DOCS / "_ext"))
rooms = importlib.import_module("rooms")
MODULES = rooms.rooms()


def public_names():
    for module in MODULES:
        package = importlib.import_module(module)
        for name in package.__all__:
            yield pytest.param(getattr(package, name), id=f"{module}.{name}")


def public_callables():
    seen = set()
    for param in public_names():
        (thing,) = param.values
        # A protocol is never called; what it asks for stands in its methods. A warning is raised.
        if not callable(thing) or thing in seen or getattr(thing, "_is_protocol", False):
            continue
        if inspect.isclass(thing) and issubclass(thing, BaseException):
            continue
        seen.add(thing)
        yield pytest.param(thing, id=param.id)
        if not inspect.isclass(thing):
            continue
        for name, member in inspect.getmembers(thing):
            ours = getattr(member, "__module__", None) or ""
            if name.startswith("_") or not callable(member) or not ours.startswith("langalign_sk"):
                continue
            function = inspect.unwrap(member)
            if function not in seen:
                seen.add(function)
                yield pytest.param(function, id=f"{param.id}.{name}")


def documented(section: str, docstring: str) -> list[str]:
    """Names in one section of a docstring, in order."""
    match = re.search(rf"{section}\n-+\n(.*?)(?:\n\n[A-Z][A-Za-z ]+\n-+\n|\Z)", docstring, re.S)
    if match is None:
        return []
    heads = re.findall(r"^(\*{0,2}\w[\w, *]*?)(?: : .*)?$", match[1], re.M)
    return [name.strip().lstrip("*") for head in heads for name in head.split(",")]


@pytest.mark.parametrize("thing", list(public_callables()))
def test_the_docstring_has_the_parameters_of_the_signature(thing):
    docstring = inspect.getdoc(thing)
    assert docstring, "no docstring"
    parameters = [name for name in inspect.signature(thing).parameters if name not in ("self",)]
    section = "Attributes" if dataclasses.is_dataclass(thing) else "Parameters"
    assert documented(section, docstring) == parameters


def test_every_public_name_has_one_page():
    homes = rooms.homes()
    for module in MODULES:
        package = importlib.import_module(module)
        for name in package.__all__:
            if inspect.ismodule(getattr(package, name)):
                assert f"{module}.{name}" in MODULES
                continue
            home = homes[f"{module}.{name}"]
            assert homes[home] == home
            owner, _, own = home.rpartition(".")
            there, here = getattr(importlib.import_module(owner), own), getattr(package, name)
            assert there is here or there == here  # a list may be made anew


@pytest.mark.parametrize("module", MODULES)
def test_the_page_of_a_room_lists_its_names(module, tmp_path):
    app = type("App", (), {"srcdir": tmp_path})
    rooms.write(app, None)
    text = (tmp_path / "api" / f"{module}.rst").read_text("utf-8")
    listed = set(re.findall(r"^   ~?langalign_sk[\w.]*?(\w+)$", text, re.M))
    package = importlib.import_module(module)
    names = {name for name in package.__all__ if not inspect.ismodule(getattr(package, name))}
    assert listed == names


def test_names_that_are_in_no_room_are_no_links():
    """A word in a docstring leads to the public name, and not to an attribute of that name."""
    lines = ["coef_ : ndarray", "    Either |u| or *v*, see `coef_`.", "", ">>> a | b_"]
    rooms.escape(None, "class", "", None, None, lines)
    assert lines[1:] == ["    Either \\|u\\| or *v*, see `coef_`.", "", ">>> a | b_"]
