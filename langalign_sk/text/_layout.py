"""Which columns of a block matrix belong to which language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


class BlockLayout:
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

    __slots__ = ("_start", "_widths", "width")

    _start: dict[str, int]
    _widths: dict[str, int]
    width: int

    def __init__(self, widths: Mapping[str, int]) -> None:
        if not isinstance(widths, Mapping) or not widths:
            raise ValueError(
                f"blocks must be a non-empty dict of language to width, got {widths!r}; "
                'for example blocks={"en": 384, "ko": 768}'
            )
        start: dict[str, int] = {}
        total = 0
        for lang, width in widths.items():
            if not isinstance(lang, str) or not lang:
                raise ValueError(f"a language must be a non-empty str, got {lang!r}")
            if isinstance(width, bool) or not isinstance(width, int | np.integer) or width < 1:
                raise ValueError(
                    f"the width of language {lang!r} must be a positive int: {width!r}"
                )
            start[lang] = total
            total += int(width)
        object.__setattr__(self, "_widths", {lang: int(w) for lang, w in widths.items()})
        object.__setattr__(self, "_start", start)
        object.__setattr__(self, "width", total)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages, in column order."""
        return tuple(self._widths)

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
        self._check(lang)
        return self._widths[lang]

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
        self._check(lang)
        start = self._start[lang]
        return slice(start, start + self._widths[lang])

    def _check(self, lang: str) -> None:
        """Refuse a language that has no block."""
        if lang not in self._widths:
            raise ValueError(f"no block for language {lang!r}; the blocks are {list(self._widths)}")

    def __contains__(self, lang: object) -> bool:
        return lang in self._widths

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("BlockLayout is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("BlockLayout is immutable")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BlockLayout) and list(self._widths.items()) == list(
            other._widths.items()
        )

    def __hash__(self) -> int:
        return hash(tuple(self._widths.items()))

    def __repr__(self) -> str:
        return f"BlockLayout({', '.join(f'{lang}={w}' for lang, w in self._widths.items())})"

    def __getstate__(self) -> dict[str, Any]:
        return {"widths": dict(self._widths)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["widths"])  # type: ignore[misc]  # it sets the slots
