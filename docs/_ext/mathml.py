"""Formulas as MathML, which browsers draw themselves: no script, no font, no other host."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import latex2mathml, pick_math_environment


def _drawn(source: str, *, block: bool) -> str:
    # TeX reads \tfrac12 as two arguments of a digit each; the converter wants the braces.
    source = re.sub(r"\\([dt]?frac)(\d)(\d)", r"\\\1{\2}{\3}", source)
    if block and ("\\\\" in source or "&" in source):
        environment = pick_math_environment(source)
        source = f"\\begin{{{environment}}}{source}\\end{{{environment}}}"
    return str(latex2mathml.tex2mathml(source, as_block=block))


def _inline(self: Any, node: Any) -> None:
    self.body.append(_drawn(node.astext(), block=False))
    raise nodes.SkipNode


def _block(self: Any, node: Any) -> None:
    self.body.append(f'<div class="math">{_drawn(node.astext(), block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Register the writer."""
    app.add_html_math_renderer(
        "mathml", inline_renderers=(_inline, None), block_renderers=(_block, None)
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
