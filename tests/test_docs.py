"""Every public name is listed, and every docstring says what its signature says."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
MODULES = [
    "langalign_sk",
    "langalign_sk.align",
    "langalign_sk.corpus",
    "langalign_sk.datasets",
    "langalign_sk.encoders",
    "langalign_sk.maps",
    "langalign_sk.measures",
    "langalign_sk.plots",
    "langalign_sk.report",
    "langalign_sk.selection",
    "langalign_sk.store",
    "langalign_sk.text",
    "langalign_sk.transfer",
]


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


@pytest.mark.parametrize("module", MODULES)
def test_the_reference_lists_every_public_name(module):
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    section = text.partition(f"## {module}\n")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \|", section, re.M)
    assert sorted(listed) == sorted(importlib.import_module(module).__all__)
