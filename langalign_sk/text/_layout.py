"""Which columns of a block matrix belong to which language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from langalign_sk._numeric import Immutable
from langalign_sk.text._codes import match_code


class BlockLayout(Immutable):
    """Language → block of columns, in order, without gaps.

    A matrix in block layout gives each language columns of its own; a row is zero outside the
    block of its language. Immutable and hashable, so that it can travel with vectors.

    Parameters
    ----------
    widths : mapping of str to int
        Width of each language's block, in column order.

    Attributes
    ----------
    languages : tuple of str
        The languages, in column order.
    width : int
        Total number of columns.

    Examples
    --------
    >>> from langalign_sk.text import BlockLayout
    >>> layout = BlockLayout({"en": 384, "ko": 768})
    >>> layout.columns("ko")
    slice(384, 1152, None)
    >>> layout
    BlockLayout(en=384, ko=768)
    """

    __slots__ = ("_columns", "width")

    _columns: dict[str, slice]
    width: int

    def __init__(self, widths: Mapping[str, int]) -> None:
        if not isinstance(widths, Mapping) or not widths:
            raise ValueError(
                f"blocks must be a non-empty dict of language to width, got {widths!r}; "
                'for example blocks={"en": 384, "ko": 768}'
            )
        columns: dict[str, slice] = {}
        total = 0
        for lang, width in widths.items():
            if not isinstance(lang, str) or not lang:
                raise ValueError(f"a language must be a non-empty str, got {lang!r}")
            if isinstance(width, bool) or not isinstance(width, int | np.integer) or width < 1:
                raise ValueError(
                    f"the width of language {lang!r} must be a positive int: {width!r}"
                )
            columns[lang] = slice(total, total + int(width))
            total += int(width)
        object.__setattr__(self, "_columns", columns)
        object.__setattr__(self, "width", total)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages, in column order."""
        return tuple(self._columns)

    def width_of(self, lang: str) -> int:
        """Width of one language's block.

        Parameters
        ----------
        lang : str
            One of `languages`.

        Returns
        -------
        int
        """
        columns = self.columns(lang)
        return int(columns.stop - columns.start)

    def columns(self, lang: str) -> slice:
        """Columns of one language's block.

        Parameters
        ----------
        lang : str
            One of `languages`.

        Returns
        -------
        slice
        """
        name = match_code(lang, self._columns)
        if name is None:
            known = list(self._columns)
            raise ValueError(f"no block for language {lang!r}; the blocks are {known}")
        return self._columns[name]

    def _widths(self) -> dict[str, int]:
        return {lang: self.width_of(lang) for lang in self._columns}

    def __contains__(self, lang: object) -> bool:
        return isinstance(lang, str) and match_code(lang, self._columns) is not None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BlockLayout) and [*self._columns.items()] == [
            *other._columns.items()
        ]

    def __hash__(self) -> int:
        return hash(tuple(self._widths().items()))

    def __repr__(self) -> str:
        return f"BlockLayout({', '.join(f'{lang}={w}' for lang, w in self._widths().items())})"

    def __getstate__(self) -> dict[str, Any]:
        return {"widths": self._widths()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["widths"])  # type: ignore[misc]  # it sets the slots
