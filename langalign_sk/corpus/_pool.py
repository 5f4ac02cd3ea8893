"""Unpaired rows of one language."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from langalign_sk._io import read_lines, read_sheet, read_tsv
from langalign_sk._numeric import Moments
from langalign_sk.corpus._base import Corpus
from langalign_sk.corpus._inputs import (
    as_rows,
    changed_texts,
    check_lang,
    checked_layout,
    flat_columns,
    sides_of,
    texts_in,
)
from langalign_sk.text import BlockLayout


class TextPool(Corpus):
    """Unpaired texts or vectors of one language, with the habits of a `ParallelCorpus`.

    Parameters
    ----------
    rows : sequence of str or of tuples of two, or array-like of shape (n, d)
        Texts, two a row if need be, or vectors. Vectors that are float32 or float64 arrays are not
        copied: the pool holds a read-only view, so do not change the array afterwards.
    lang : str
        Language code.
    layout : BlockLayout or dict of str to int, optional
        The blocks that the vectors were cut out of; `embed` sets it.

    Attributes
    ----------
    rows : tuple of str or of tuples of two, or ndarray
        The rows, read-only.
    lang : str
    n_rows : int
    is_text : bool
    n_texts : int
        How many texts a row holds; 1 for vectors.
    width : int or None
        Columns of the vectors; None for texts.
    layout : BlockLayout or None
    spec : str or None
        Specification of the extractor that made the vectors.
    fingerprint : str
        Digest of every byte, of order, shape, dtype, language and layout.
    moments : Moments
        Count, mean and centred scatter of the vectors.
    detached : bool
        Whether the rows are out of reach, left behind when the object was saved.
    path : str or None
        Folder of a pool that was saved or loaded.

    See Also
    --------
    ParallelCorpus : Row-aligned pairs.

    Examples
    --------
    >>> from langalign_sk.corpus import TextPool
    >>> pool = TextPool(["택배가 어디 있나요", "감사합니다"], lang="ko")
    >>> pool
    TextPool(ko, 2 rows of texts)
    >>> pool.take([1]).rows
    ('감사합니다',)
    """

    _side_names = ("rows",)
    _row_name = "rows"
    _parameter = "unlabeled"

    def __init__(
        self, rows: Any, *, lang: str, layout: BlockLayout | Mapping[str, int] | None = None
    ) -> None:
        if lang is None:
            raise ValueError("lang is needed: a TextPool is in one language")
        langs = (check_lang(lang, "lang"),)
        side = as_rows(rows, "rows")
        widths = None if isinstance(side, tuple) else (int(side.shape[1]),)
        layout = checked_layout(layout, langs, widths, self._side_names)
        self._set(
            _n=len(side),
            _langs=langs,
            _widths=widths,
            _n_texts=texts_in(side),
            _layout=layout,
            _sides=(side,),
        )

    @property
    def rows(self) -> Any:
        """Tuple of str, or read-only array."""
        return self._rows()[0]

    @property
    def lang(self) -> str:
        """Language of the rows."""
        lang = self._langs[0]
        assert lang is not None
        return lang

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self._n

    @property
    def width(self) -> int | None:
        """Columns of the vectors; None for texts."""
        return None if self._widths is None else self._widths[0]

    @property
    def moments(self) -> Moments:
        """Moments of the vectors: accumulated once per process, whoever asks."""
        moments: Moments = self._shared_moments()
        return moments

    def _accumulate(self, chunks: Iterator[tuple[Any, ...]]) -> Moments:
        """Pass over vectors, which have no weights here."""
        first, *others = (Moments.from_rows(rows) for (rows,), _ in chunks)
        return sum(others, start=first)

    def map(self, step: Any) -> Self:
        """Change the texts; see `ParallelCorpus.map`.

        Parameters
        ----------
        step : callable, or object with ``transform(texts)``
            A function of one text, or a step of `langalign_sk.prepare`.

        Returns
        -------
        TextPool
            The texts in their order.
        """
        return type(self)(changed_texts(self.rows, step), lang=self.lang)

    def embed(self, extractor: Any) -> Self:
        """Vectors of the rows in their language; see `ParallelCorpus.embed`.

        Parameters
        ----------
        extractor : EmbeddingExtractor, or object with ``transform(texts)``
            An extractor with one model per language uses that of the pool's language.

        Returns
        -------
        TextPool
            The vectors, in the same order; of rows of two texts read apart, one row each.
        """
        return self._embed(extractor)

    @classmethod
    def from_lines(
        cls, path: str | os.PathLike[str], *, lang: str, encoding: str = "utf-8"
    ) -> Self:
        """Read a file with one text per line (plain or gzip); blank lines are left out.

        Parameters
        ----------
        path : path
            The file.
        lang : str
            Language of the texts.
        encoding : str, default="utf-8"
            Encoding of the file.

        Returns
        -------
        TextPool
        """
        return cls(read_lines(path, encoding=encoding).texts[0], lang=lang)

    @classmethod
    def from_tsv(
        cls,
        path: str | os.PathLike[str],
        column: str | int | Sequence[str | int],
        *,
        lang: str,
        header: bool | None = None,
        quoting: bool = False,
        encoding: str = "utf-8",
    ) -> Self:
        """Read one column of a tab-separated file (plain or gzip).

        Parameters
        ----------
        path : path
            The file.
        column : str or int, or two of them
            Column by name in the first line, or by position from 0; two for rows of two texts.
        lang : str
            Language of the texts.
        header : bool, optional
            Whether the first line holds names. None: if the column is given by name.
        quoting : bool, default=False
            Whether fields may stand in quotation marks; by default these are characters.
        encoding : str, default="utf-8"
            Encoding of the file.

        Returns
        -------
        TextPool
        """
        found = read_tsv(
            path, flat_columns(column), header=header, quoting=quoting, encoding=encoding
        )
        (side,) = sides_of(found.texts, column)
        return cls(side, lang=lang)

    @classmethod
    def from_sheet(
        cls,
        path: str | os.PathLike[str],
        column: str | Sequence[str],
        *,
        lang: str,
        sheet: str | None = None,
    ) -> Self:
        """Read a column of a workbook, .xlsx or .ods; empty cells are left out.

        Parameters
        ----------
        path : path
            The workbook. Needs the package python-calamine (``pip install langalign-sk[sheets]``).
        column : str, or two of them
            Name of the column, in the first row; two for rows of two texts.
        lang : str
            Language of the texts.
        sheet : str, optional
            Name of the sheet; None takes the first with this column.

        Returns
        -------
        TextPool
        """
        found = read_sheet(path, flat_columns(column), sheet=sheet)
        (side,) = sides_of(found.texts, column)
        return cls(side, lang=lang)

    def __repr__(self) -> str:
        return f"TextPool({self.lang[:12]}, {self._description()})"
