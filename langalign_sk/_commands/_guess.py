"""Which columns look like texts and like labels, where no header says it: for hints alone."""

from __future__ import annotations

from collections.abc import Sequence

_LOOKED_AT = 500


def likely_columns(
    rows: Sequence[Sequence[str]], taken: Sequence[int] = ()
) -> tuple[int | None, int | None]:
    """Return the column of the longest cells, and that of few short values that come again."""
    some = rows[:_LOOKED_AT]
    if not some:
        return None, None
    cells = [[row[k].strip() for row in some] for k in range(len(some[0]))]
    lengths = [sum(map(len, column)) / len(some) for column in cells]
    text = max(range(len(cells)), key=lengths.__getitem__)
    labels = [
        k
        for k, column in enumerate(cells)
        if k not in (*taken, text) and 2 <= len(set(column) - {""}) <= max(2, len(some) // 2)
    ]
    label = max(labels, key=lengths.__getitem__) if labels else None
    return (text if lengths[text] >= 8 else None), label
