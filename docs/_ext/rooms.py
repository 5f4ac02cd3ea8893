"""The reference: a page for each room of the package, listed from its ``__all__``.

Before Sphinx looks for pages, this writes ``api/<room>.rst`` for every public room. A name
that stands in two rooms (``langalign_sk.RidgeMap`` and ``langalign_sk.maps.RidgeMap``) has one
page, that of its own room.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGE = "langalign_sk"


def rooms() -> list[str]:
    """Return the full name of every public room, the package itself first."""
    package = importlib.import_module(PACKAGE)
    found = [
        f"{PACKAGE}.{module.name}"
        for module in pkgutil.iter_modules(package.__path__)
        if not module.name.startswith("_")
        and hasattr(importlib.import_module(f"{PACKAGE}.{module.name}"), "__all__")
    ]
    return [PACKAGE, *found]


def homes() -> dict[str, str]:
    """Return the page of every public name: full name by full name."""
    found: dict[str, str] = {}
    modules = {name: importlib.import_module(name) for name in rooms()}
    owners: dict[str, str] = {}
    for room, module in list(modules.items())[1:]:
        for name in module.__all__:
            # The file that a thing is written in says whose it is, where two rooms show it.
            written = getattr(getattr(module, name), "__module__", None) or room
            if name not in owners or written.startswith(f"{room}."):
                owners[name] = room
    for room, module in modules.items():
        for name in module.__all__:
            full = f"{room}.{name}"
            if inspect.ismodule(getattr(module, name)):
                continue
            found[full] = f"{owners.get(name, room)}.{name}"
    return found


def page(room: str, own: list[str], elsewhere: list[str]) -> str:
    """Return the reStructuredText of one room."""
    module = importlib.import_module(room)
    lines = [room, "=" * len(room), "", *_paragraphs(module), ""]
    if own:
        lines += [".. autosummary::", "   :toctree: generated", "   :nosignatures:", ""]
        lines += [f"   {name}" for name in own] + [""]
    if elsewhere:
        lines += ["Also importable from here:", ""] if own else []
        lines += [".. autosummary::", "   :nosignatures:", ""]
        lines += [f"   ~{name}" for name in elsewhere] + [""]
    return "\n".join(lines)


def _paragraphs(module: ModuleType) -> list[str]:
    text = inspect.getdoc(module) or ""
    return [line.replace("`", "``").replace("````", "``") for line in text.splitlines()]


def write(app: Any, config: Any) -> None:
    """Write the pages of all rooms, and nothing that is there already unchanged."""
    folder = Path(app.srcdir, "api")
    folder.mkdir(exist_ok=True)
    places = homes()
    for room in rooms():
        names = importlib.import_module(room).__all__
        full = {f"{room}.{name}": places.get(f"{room}.{name}") for name in sorted(names)}
        own = [name for name, home in full.items() if home == name]
        elsewhere = [home for name, home in full.items() if home not in (None, name)]
        text = page(room, own, elsewhere)
        path = folder / f"{room}.rst"
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, encoding="utf-8")
    if config is not None:  # by name: a page that came since the last build is unknown to Sphinx
        config.autosummary_generate = [f"api/{room}.rst" for room in rooms()]


def skip(app: Any, what: str, name: str, obj: Any, skipped: bool, options: Any) -> bool | None:
    """Leave out what scikit-learn documents: inherited methods that are not ours."""
    if what == "class" and not skipped:
        target = obj.fget if isinstance(obj, property) else obj
        owner = getattr(inspect.unwrap(target) if callable(target) else target, "__module__", None)
        if owner is not None and not str(owner).startswith(PACKAGE):
            return True
    return None


def escape(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Take bars, stars and a last underscore for what they are: ``|u-v|``, ``coef_``.

    Docstrings are read by people first, who need no backslashes in them.
    """
    example = table = False
    for row, line in enumerate(lines):
        example = line.lstrip().startswith(">>>") or (example and bool(line.strip()))
        table = line.lstrip().startswith(("==", "---", ".. "))
        if example or table or "::" in line:
            continue
        head = re.match(r"\*{0,2}\w[\w, *]* : ", line)
        begin = head.end() if head else 0
        parts = re.split(r"(:\w+:`[^`]*`|`+[^`]*`+)", line[begin:])
        for place, part in enumerate(parts):
            if place % 2 == 0:
                part = part.replace("|", "\\|")
                part = re.sub(r"(?<=\w)_(?![\w`])", r"\_", part)
                parts[place] = part.replace("*", "\\*") if head else part
        lines[row] = line[:begin] + "".join(parts)


def exact_names() -> None:
    """Let a word in a docstring lead to a public name, and never to whatever ends like it.

    Sphinx looks for `path` among all attributes of all classes, and `TransferClassifier` in vain
    where it is written in another room.
    """
    from sphinx.domains.python import PyObject, PythonDomain

    short = {full.rpartition(".")[2]: home for full, home in homes().items()}
    inexact = PythonDomain.find_obj

    def find_obj(
        self: Any, env: Any, modname: Any, classname: Any, name: str, kind: Any, searchmode: int = 0
    ) -> Any:
        first, dot, rest = name.removesuffix("()").partition(".")
        if first in short:
            name = f"{short[first]}{dot}{rest}"
        return inexact(self, env, modname, classname, name, kind, 0)

    PythonDomain.find_obj = find_obj
    for field in PyObject.doc_field_types:
        if field.name == "variable":
            field.label = "Attributes"


def setup(app: Any) -> dict[str, bool]:
    """Register all of it."""
    exact_names()
    app.connect("config-inited", write)  # before Sphinx looks which pages there are
    app.connect("autodoc-process-docstring", escape, priority=100)  # before napoleon reads it
    app.connect("autodoc-skip-member", skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
