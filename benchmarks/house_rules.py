"""The rules of the house, read from a package's source: what tests assert and `house` counts."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

#: No room imports from one further down.
ROOMS = [
    "_version",
    "_stamp",
    "_progress",
    "_process",
    "_numeric",
    "_io",
    "encoders",
    "store",
    "text",
    "corpus",
    "maps",
    "align",
    "transfer",
    "words",
    "prepare",
    "saved",
    "measures",
    "selection",
    "report",
    "plots",
    "migrate",
    "monitor",
    "dask",
    "datasets",
    "_demo",
    "_commands",
    "serve",  # as the commands read models, and answer
    "cli",
    "__main__",
]
#: What makes an object that a module would share with all who import it.
MUTABLE = {
    "BoundedCache",
    "Condition",
    "ContextVar",
    "Counter",
    "Event",
    "Lock",
    "MemoryCache",
    "Random",
    "RLock",
    "Semaphore",
    "WeakKeyDictionary",
    "WeakSet",
    "WeakValueDictionary",
    "cache",
    "count",
    "default_rng",
    "defaultdict",
    "deque",
    "local",
    "lru_cache",
}


class Package:
    """The source of a package: its files, their trees, who imports whom.

    Parameters
    ----------
    folder : Path
        The folder of the package. It is read, not imported.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = sorted(folder.rglob("*.py"))

    @cached_property
    def texts(self) -> dict[Path, str]:
        """Source of each file."""
        return {path: path.read_text(encoding="utf-8") for path in self.files}

    @cached_property
    def trees(self) -> dict[Path, ast.Module]:
        """Syntax tree of each file."""
        return {path: ast.parse(text) for path, text in self.texts.items()}

    @cached_property
    def modules(self) -> dict[str, Path]:
        """File of each module."""
        return {self.module_of(path): path for path in self.files}

    def name_of(self, path: Path) -> str:
        """Return a file's name within the package."""
        return path.relative_to(self.folder).as_posix()

    def room_of(self, path: Path) -> str:
        """Return the room a file is in; a file of the root is a room of its own."""
        return path.relative_to(self.folder).parts[0].removesuffix(".py")

    def module_of(self, path: Path) -> str:
        """Return the name by which a file is imported."""
        parts = path.relative_to(self.folder.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def modules_imported(self, path: Path) -> set[str]:
        """Return the modules of the package that a file imports, wherever in it."""
        found = set()
        for node in ast.walk(self.trees[path]):
            if isinstance(node, ast.ImportFrom) and node.module in self.modules:
                for alias in node.names:
                    submodule = f"{node.module}.{alias.name}"
                    found.add(submodule if submodule in self.modules else str(node.module))
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names if alias.name in self.modules}
        return found

    def crossings(self, path: Path) -> list[str]:
        """Return the modules of other rooms that a file imports."""
        room = self.room_of(path)
        parts = {module: module.split(".") for module in self.modules_imported(path)}
        return sorted(m for m, names in parts.items() if len(names) > 1 and names[1] != room)

    def rooms_imported(self, path: Path) -> set[str]:
        """Return the rooms that a file imports from."""
        inside = f"{self.folder.name}."
        return {
            module.split(".")[1]
            for module in imported(ast.walk(self.trees[path]))
            if module.startswith(inside)
        }

    def past_doors(self, path: Path) -> list[str]:
        """Return the private modules of other rooms that a file imports."""
        return [
            module
            for module in self.crossings(path)
            if any(part.startswith("_") for part in module.split(".")[2:])
        ]

    def circles(self) -> list[list[str]]:
        """Return the groups of modules that import each other in a circle, lazily or not.

        A room's ``__init__`` is its door and no module here: the order of the rooms sees to it.
        """
        names = {module for module, path in self.modules.items() if path.name != "__init__.py"}
        arrows = {
            module: (self.modules_imported(self.modules[module]) & names) - {module}
            for module in names
        }
        reached = {module: _reached(module, arrows) for module in arrows}
        groups = {
            tuple(sorted({other for other in reached[module] if module in reached[other]}))
            for module in arrows
            if module in reached[module]
        }
        return sorted(map(list, groups))

    def shared_state(self, path: Path) -> list[str]:
        """Return what a module holds that changes and that all who import it share."""
        found = []
        for statement in self.trees[path].body:
            value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
            if value is not None and is_mutable(value):
                found.append(f"line {statement.lineno}: {ast.unparse(statement)}")
        for node in ast.walk(self.trees[path]):
            if isinstance(node, ast.Global):
                found.append(f"line {node.lineno}: {ast.unparse(node)}")
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                for decorator in node.decorator_list:
                    if _called(decorator) in {"cache", "lru_cache"}:
                        found.append(f"line {node.lineno}: @{ast.unparse(decorator)}")
        return found


def imported(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Give the names of all modules that some nodes import."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                raise ValueError(f"line {node.lineno}: imports are absolute in this project")
            yield node.module


def is_mutable(value: ast.expr) -> bool:
    """Tell whether an expression makes something that is there to change."""
    if isinstance(value, ast.Call):
        name = _called(value)
        return name in MUTABLE or (name in {"dict", "list", "set"} and not value.args)
    # An empty container waits to be filled; a full one is a table.
    return isinstance(value, (ast.Dict, ast.List, ast.Set)) and not [
        child for child in ast.iter_child_nodes(value) if isinstance(child, ast.expr)
    ]


def _called(node: ast.expr) -> str:
    """Return the last name of what is called, or of a decorator."""
    inner = node.func if isinstance(node, ast.Call) else node
    inner = inner.value if isinstance(inner, ast.Subscript) else inner  # BoundedCache[int](...)
    return inner.attr if isinstance(inner, ast.Attribute) else getattr(inner, "id", "")


def _reached(start: str, arrows: dict[str, set[str]]) -> set[str]:
    """Return every module on some way that begins at `start`."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        for module in arrows.get(ahead.pop(), ()):
            if module not in seen:
                seen.add(module)
                ahead.append(module)
    return seen
