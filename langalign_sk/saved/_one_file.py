"""Modules of this package as one file that needs no other of them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

_PACKAGE = "langalign_sk"


def one_file(paths: Sequence[Path], title: str) -> str:
    """Return the code of modules, one behind the other, with the imports of all at the top.

    Each may import from those before it, by the names that things have there.
    """
    imports, names, bodies = set[str](), dict[str, set[str]](), []
    for path in paths:
        source = path.read_text(encoding="utf-8")
        lines, cut = source.splitlines(), set[int]()
        for number, node in enumerate(ast.parse(source).body):
            says = isinstance(node, ast.Expr) and number == 0  # the docstring
            if says or isinstance(node, ast.Import | ast.ImportFrom):
                cut.update(range(node.lineno - 1, node.end_lineno or node.lineno))
            if isinstance(node, ast.Import):
                imports.add(ast.unparse(node))
            elif isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] != _PACKAGE:
                known = names.setdefault(str(node.module), set())
                known.update(ast.unparse(name) for name in node.names)
        kept = [line for number, line in enumerate(lines) if number not in cut]
        bodies.append("\n".join(kept).strip("\n"))
    first = names.pop("__future__")
    imports |= {f"from {module} import {', '.join(sorted(own))}" for module, own in names.items()}
    head = [f'"""{title}"""', f"from __future__ import {', '.join(first)}"]
    parts = [*head, "\n".join(sorted(imports)), *(f"\n{body}" for body in bodies)]
    return "\n\n".join(parts) + "\n"
