"""Pieces of HTML: text made harmless, sortable tables, bars."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

#: What has no place in a document: control characters, and halves of characters, which cannot
#: even be written as UTF-8.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_MISSING = '<span class="none">–</span>'


@dataclass(frozen=True)
class Cell:
    """What a cell shows, and what it is sorted by."""

    html: str
    key: str | float


@dataclass(frozen=True)
class Row:
    """A row of a table, and what unfolds below it."""

    cells: Sequence[Cell]
    label: str = ""
    details: str = ""
    marked: bool = False


def esc(value: object, longest: int | None = None) -> str:
    """Text as it stands, harmless in elements and attributes, cut where it is too long."""
    text = _UNWRITABLE.sub("\ufffd", str(value))
    if longest is not None and len(text) > longest:
        text = text[: longest - 1].rstrip() + "…"
    return html.escape(text, quote=True)


def words(value: object) -> Cell:
    """A cell of text."""
    return Cell(esc(value), _UNWRITABLE.sub("\ufffd", str(value)).lower())


def number(value: float, shown: str) -> Cell:
    """A cell with a figure; a dash where there is none."""
    return Cell(_MISSING, math.nan) if math.isnan(value) else Cell(shown, float(value))


def share(value: float, low: float, high: float) -> Cell:
    """A share of one as a figure and a bar with its interval."""
    if math.isnan(value):
        return Cell(_MISSING, math.nan)
    spread = "" if math.isnan(low) else f"{low:.2f}–{high:.2f}"
    figure = f'<span class="figure">{value:.2f}</span> <span class="spread">{spread}</span>'
    return Cell(figure + _bar(value, low, high), float(value))


def _bar(value: float, low: float, high: float) -> str:
    """A bar from 0 to 1; the text beside it says the same, so it is hidden from screen readers."""
    whisker = ""
    if not math.isnan(low):
        whisker = (
            f'<rect class="whisker" x="{100 * low:.2f}" y="4" '
            f'width="{max(100 * (high - low), 0.4):.2f}" height="2"/>'
        )
    return (
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rail" width="100" height="10"/>'
        f'<rect class="fill" width="{100 * value:.2f}" height="10"/>{whisker}</svg>'
    )


def table(
    caption: str, columns: Sequence[tuple[str, str]], rows: Sequence[Row], *, falling: str = ""
) -> str:
    """A table whose columns sort at a click or a key.

    Parameters
    ----------
    caption : str
        What it shows, for screen readers.
    columns : sequence of (str, str)
        Title, and "text" or "number".
    rows : sequence of Row
        A row each.
    falling : str
        Title of the column by which the rows come sorted, the largest first.
    """
    # The roles keep a table a table where narrow screens show its rows as cards.
    orders = ["descending" if title == falling else "none" for title, _ in columns]
    heads = "".join(
        f'<th role="columnheader" scope="col" class="{kind}" aria-sort="{order}">'
        f'<button type="button">{esc(title)}</button></th>'
        for (title, kind), order in zip(columns, orders, strict=True)
    )
    bodies = "".join(_body(row, columns) for row in rows)
    return (
        f'<table role="table" class="sortable"><caption>{esc(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>{bodies}</table>'
    )


def _body(row: Row, columns: Sequence[tuple[str, str]]) -> str:
    """A row in a body of its own, so that what unfolds stays with it when rows are sorted."""
    cells = []
    for place, (cell, (title, kind)) in enumerate(zip(row.cells, columns, strict=True)):
        tag, role = ("th", "rowheader") if place == 0 else ("td", "cell")
        scope = ' scope="row"' if place == 0 else ""
        key = "" if isinstance(cell.key, float) and math.isnan(cell.key) else esc(cell.key)
        cells.append(
            f'<{tag} role="{role}"{scope} class="{kind}" data-title="{esc(title)}" '
            f'data-key="{key}">{cell.html}</{tag}>'
        )
    more = ""
    if row.details:
        more = (
            f'<tr role="row" class="more"><td role="cell" colspan="{len(columns)}"><details>'
            f"<summary>{esc(row.label)}</summary>{row.details}</details></td></tr>"
        )
    mark = ' class="marked"' if row.marked else ""
    return f'<tbody role="rowgroup"{mark}><tr role="row">{"".join(cells)}</tr>{more}</tbody>'
