"""Row-aligned pairs of two languages."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from langalign_sk._io import (
    as_text_rows,
    read_csv,
    read_jsonl,
    read_po,
    read_sheet,
    read_tmx,
    read_tsv,
    read_xliff,
)
from langalign_sk._numeric import Float64Array, PairMoments
from langalign_sk.corpus._base import Corpus
from langalign_sk.corpus._content import Rows
from langalign_sk.corpus._inputs import (
    as_pair_weights,
    as_rows,
    changed_texts,
    check_lang,
    checked_layout,
    flat_columns,
    sides_of,
    texts_in,
)
from langalign_sk.text import BlockLayout, same_code

PathLike = str | os.PathLike[str]
#: A column by name or position, or two of them.
Columns = str | int | Sequence[str | int]


class ParallelCorpus(Corpus):
    """Row-aligned pairs: row i of `source` means what row i of `target` means.

    A handle that scikit-learn passes around untouched: immutable, its own clone and copy, never
    cut to folds, short when printed.

    Parameters
    ----------
    source, target : sequence of str or of tuples of two, or array-like of shape (n, d)
        Texts (lists, series, 1-D arrays, one-column frames), rows of two texts (lists of tuples,
        n x 2 arrays) or vectors (2-D numbers, one row per text), both sides alike. Vectors that are
        float32 or float64 arrays are not copied: the corpus holds a read-only view, so do not
        change the array afterwards.
    source_lang, target_lang : str, optional
        Language codes. `embed` needs both where the extractor has one model per language. The same
        on both sides for the same texts twice, which two encoders embed (`migrate`).
    weight : array-like of shape (n,), optional
        Weight of each pair, finite and >= 0. None: all weigh 1.
    layout : BlockLayout or dict of str to int, optional
        The blocks that the vectors were cut out of, each side at the width of its language.
        `embed` sets it.

    Attributes
    ----------
    source, target : tuple of str or of tuples of two, or ndarray
        The rows, read-only.
    source_lang, target_lang : str or None
    weight : ndarray of shape (n,) or None
    n_pairs : int
    is_text : bool
    n_texts : int
        How many texts a row holds on each side; 1 for vectors.
    widths : tuple of int, or None
        Columns of source and target vectors; None for texts.
    layout : BlockLayout or None
    spec : str or None
        Specification of the extractor that made the vectors.
    fingerprint : str
        Digest of every byte, of order, shape, dtype, languages, weights and layout; computed when
        first needed. Corpora with equal fingerprints are equal.
    moments : PairMoments
        Count, means and centred scatter of the vectors.
    detached : bool
        Whether the rows are out of reach, left behind when the object was saved.
    path : str or None
        Folder of a corpus that was saved or loaded.

    See Also
    --------
    TextPool : Unpaired rows of one language.

    Notes
    -----
    ``a + b`` has the rows of both. It keeps `a` and `b` until its rows are asked for, its moments
    are the sum of theirs, and its fingerprint goes on where that of `a` ended: adding a batch to
    a large corpus reads the batch alone.

    A pickle holds the rows, except for a corpus in a folder (path and fingerprint), inside
    `without_pairs` and for what `detach` gives (fingerprint, sizes, languages).

    Examples
    --------
    >>> from langalign_sk.corpus import ParallelCorpus
    >>> pairs = ParallelCorpus(
    ...     ["where is my parcel", "cancel the order", "thank you"],
    ...     ["택배가 어디 있나요", "주문을 취소해 주세요", "감사합니다"],
    ...     source_lang="en",
    ...     target_lang="ko",
    ... )
    >>> pairs
    ParallelCorpus(en->ko, 3 pairs of texts)
    >>> train, held_out = pairs.split(2, random_state=0)
    >>> train.n_pairs, held_out.n_pairs
    (2, 1)
    >>> (train + held_out).n_pairs
    3

    Vectors work alike, and have moments:

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> vectors = ParallelCorpus(rng.normal(size=(50, 4)), rng.normal(size=(50, 3)))
    >>> vectors.widths, vectors.moments.n
    ((4, 3), 50)
    """

    _side_names = ("source", "target")
    _row_name = "pairs"
    _parameter = "pairs"

    def __init__(
        self,
        source: Any,
        target: Any,
        *,
        source_lang: str | None = "en",
        target_lang: str | None = None,
        weight: Any = None,
        layout: BlockLayout | Mapping[str, int] | None = None,
    ) -> None:
        langs = check_lang(source_lang, "source_lang"), check_lang(target_lang, "target_lang")
        left = as_rows(source, "source")
        # The same array on both sides stays one array, which is read once for its moments.
        right = left if target is source else as_rows(target, "target")
        one_language = langs[0] is not None and same_code(*langs)
        if one_language and isinstance(left, tuple) and left != right:
            raise ValueError(
                f"source and target are both in {langs[0]!r}; set the two languages (one language "
                "is for the same texts on both sides, each to be embedded by an encoder of its own)"
            )
        if isinstance(left, tuple) != isinstance(right, tuple):
            kinds = ["texts" if isinstance(side, tuple) else "vectors" for side in (left, right)]
            raise ValueError(
                f"source holds {kinds[0]}, target {kinds[1]}; give texts on both sides (embed() "
                "makes vectors of both) or vectors on both"
            )
        n_texts = texts_in(left)
        if n_texts != texts_in(right):
            one, two = ("target", "source") if n_texts == 2 else ("source", "target")
            raise ValueError(
                f"{two} holds two texts a row, {one} one; give rows of two on both sides, or one "
                "text a row on both"
            )
        if len(left) != len(right):
            raise ValueError(
                f"source has {len(left)} rows, target {len(right)}; row i of one must be the "
                "translation of row i of the other"
            )
        widths = _widths(left, right)
        layout = checked_layout(layout, langs, widths, self._side_names)
        self._set(
            _n=len(left),
            _langs=langs,
            _widths=widths,
            _n_texts=n_texts,
            _weight=as_pair_weights(weight, len(left)),
            _layout=layout,
            _sides=(left, right),
        )

    @property
    def source(self) -> Any:
        """Rows of the source language: tuple of str, or read-only array."""
        return self._rows()[0]

    @property
    def target(self) -> Any:
        """Rows of the target language: tuple of str, or read-only array."""
        return self._rows()[1]

    @property
    def source_lang(self) -> str | None:
        """Language of the source rows."""
        return self._langs[0]

    @property
    def target_lang(self) -> str | None:
        """Language of the target rows."""
        return self._langs[1]

    @property
    def weight(self) -> Float64Array | None:
        """Weight of each pair; None: all weigh 1."""
        return self._weights()

    @property
    def n_pairs(self) -> int:
        """Number of pairs."""
        return self._n

    @property
    def widths(self) -> tuple[int, int] | None:
        """Columns of source and target vectors; None for texts."""
        return None if self._widths is None else (self._widths[0], self._widths[1])

    @property
    def moments(self) -> PairMoments:
        """Moments of the vectors: accumulated once per process, whoever asks."""
        moments: PairMoments = self._shared_moments()
        return moments

    def _accumulate(self, chunks: Iterator[tuple[Any, ...]]) -> PairMoments:
        """Pass over vectors of both sides and their weights."""
        return PairMoments.from_blocks((*sides, weight) for sides, weight in chunks)

    def with_weight(self, weight: Any) -> Self:
        """Give the same pairs other weights.

        Parameters
        ----------
        weight : array-like of shape (n,) or None
            Weight of each pair, finite and >= 0. None: all weigh 1.

        Returns
        -------
        ParallelCorpus
            A new corpus, which shares the rows with this one.
        """
        weights = as_pair_weights(weight, self._n)
        sides, hashes = self._attached(), self._side_hashes()
        return self._like(
            _n=self._n, _weight=weights, _sides=sides, _proofs=self._proofs, _hashes=hashes
        )

    def map(self, *, source: Any = None, target: Any = None) -> Self:
        """Change the texts of a side, or of both.

        Parameters
        ----------
        source, target : callable, or object with ``transform(texts)``, optional
            What changes the texts of that side: a function of one text, or a step of
            `langalign_sk.prepare`, which is fitted as a clone if it is not yet. None: they stay.

        Returns
        -------
        ParallelCorpus
            The pairs in their order, with their languages and weights.

        Examples
        --------
        >>> from langalign_sk.corpus import ParallelCorpus
        >>> pairs = ParallelCorpus(["Thank you"], ["감사합니다"], target_lang="ko")
        >>> pairs.map(source=str.lower).source
        ('thank you',)
        """
        sides = (self.source, source), (self.target, target)
        return type(self)(
            *(changed_texts(rows, step) for rows, step in sides),
            source_lang=self.source_lang,
            target_lang=self.target_lang,
            weight=self.weight,
        )

    def embed(self, extractor: Any, target: Any = None) -> Self:
        """Vectors of both sides, each in its language.

        Parameters
        ----------
        extractor : EmbeddingExtractor, or object with ``transform(texts)``
            An extractor with one model per language encodes each side with the model of its
            language, at that model's own width.
        target : EmbeddingExtractor, or object with ``transform(texts)``, optional
            Encodes the target side in its place: two encoders of one language, say. Such results
            are not remembered here.

        Returns
        -------
        ParallelCorpus
            The vectors, in the same order and with the same weights, with the `layout` and `spec`
            of the extractor. Rows of two texts that it reads apart give two pairs each: the first
            texts are translations of each other, and so are the second. The last results are
            remembered by specification (512 MB of them in all), so that equal extractors, in the
            folds of a grid search say, encode once.
        """
        return self._embed(extractor) if target is None else self._embed_apart(extractor, target)

    @classmethod
    def from_tsv(
        cls,
        path: PathLike,
        source: Columns,
        target: Columns,
        *,
        source_lang: str | None = "en",
        target_lang: str | None = None,
        header: bool | None = None,
        quoting: bool = False,
        encoding: str = "utf-8",
    ) -> Self:
        r"""Read two columns of a tab-separated file (plain or gzip).

        Parameters
        ----------
        path : path
        source, target : str or int, or two of them
            Columns by name in the first line, or by position from 0; two for each side of rows of
            two texts.
        source_lang, target_lang : str, optional
        header : bool, optional
            Whether the first line holds names. None: if a column is given by name.
        quoting : bool, default=False
            Whether fields may stand in quotation marks; by default these are characters.
        encoding : str, default="utf-8"

        Examples
        --------
        >>> import pathlib, tempfile
        >>> from langalign_sk.corpus import ParallelCorpus
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = pathlib.Path(folder, "pairs.tsv")
        ...     _ = file.write_text("en\tko\nthank you\t감사합니다\n", encoding="utf-8")
        ...     ParallelCorpus.from_tsv(file, "en", "ko", target_lang="ko")
        ParallelCorpus(en->ko, 1 pairs of texts)
        """
        found = read_tsv(
            path, flat_columns(source, target), header=header, quoting=quoting, encoding=encoding
        )
        return cls(
            *sides_of(found.texts, source, target), source_lang=source_lang, target_lang=target_lang
        )

    @classmethod
    def from_csv(
        cls,
        path: PathLike,
        source: Columns,
        target: Columns,
        *,
        source_lang: str | None = "en",
        target_lang: str | None = None,
        header: bool | None = None,
        delimiter: str = ",",
        encoding: str = "utf-8",
    ) -> Self:
        """Read two columns of a CSV file (plain or gzip).

        Parameters
        ----------
        path : path
            The file.
        source, target : str or int, or two of them
            Columns by name in the first line, or by position from 0; two for each side of rows of
            two texts.
        source_lang, target_lang : str, optional
            Languages of the two sides.
        header : bool, optional
            Whether the first line holds names. None: if a column is given by name.
        delimiter : str, default=","
            What stands between fields.
        encoding : str, default="utf-8"
            Encoding of the file.

        Returns
        -------
        ParallelCorpus
        """
        found = read_csv(
            path,
            flat_columns(source, target),
            header=header,
            delimiter=delimiter,
            encoding=encoding,
        )
        return cls(
            *sides_of(found.texts, source, target), source_lang=source_lang, target_lang=target_lang
        )

    @classmethod
    def from_sheet(
        cls,
        path: PathLike,
        source: str | Sequence[str],
        target: str | Sequence[str],
        *,
        source_lang: str | None = "en",
        target_lang: str | None = None,
        sheet: str | None = None,
    ) -> Self:
        """Read two columns of a workbook, .xlsx or .ods; rows with an empty cell are left out.

        Parameters
        ----------
        path : path
            The workbook. Needs the package python-calamine (``pip install langalign-sk[sheets]``).
        source, target : str, or two of them
            Names of the columns, in the first row; two for each side of rows of two texts.
        source_lang, target_lang : str, optional
            Languages of the two sides.
        sheet : str, optional
            Name of the sheet; None takes the first with these columns.

        Returns
        -------
        ParallelCorpus
        """
        found = read_sheet(path, flat_columns(source, target), sheet=sheet)
        return cls(
            *sides_of(found.texts, source, target), source_lang=source_lang, target_lang=target_lang
        )

    @classmethod
    def from_jsonl(
        cls,
        path: PathLike,
        source: str | Sequence[str],
        target: str | Sequence[str],
        *,
        source_lang: str | None = "en",
        target_lang: str | None = None,
        encoding: str = "utf-8",
    ) -> Self:
        """Read two fields of a file with one JSON object per line (plain or gzip).

        Parameters
        ----------
        path : path
            The file.
        source, target : str, or two of them
            Names of the fields; two for each side of rows of two texts.
        source_lang, target_lang : str, optional
            Languages of the two sides.
        encoding : str, default="utf-8"
            Encoding of the file.

        Returns
        -------
        ParallelCorpus
        """
        found = read_jsonl(path, flat_columns(source, target), encoding=encoding)
        return cls(
            *sides_of(found.texts, source, target), source_lang=source_lang, target_lang=target_lang
        )

    @classmethod
    def from_tmx(
        cls,
        path: PathLike,
        source: str | None = None,
        target: str | None = None,
        *,
        source_lang: str = "en",
        target_lang: str,
    ) -> Self:
        """Read the units of a translation memory that have both languages.

        Parameters
        ----------
        path : path
            TMX, plain or gzip.
        source, target : str, optional
            Codes of the two languages in the file, if they are not `source_lang` and
            `target_lang` or regional variants of these ("en-US" for "en").
        source_lang, target_lang : str
        """
        found = read_tmx(path, source or source_lang, target or target_lang)
        return cls(*found.texts, source_lang=source_lang, target_lang=target_lang)

    @classmethod
    def from_po(
        cls,
        path: PathLike,
        *,
        source_lang: str | None = "en",
        target_lang: str | None = None,
        encoding: str = "utf-8",
    ) -> Self:
        """Read the finished translations of a gettext catalogue; fuzzy ones are left out.

        Parameters
        ----------
        path : path
            The PO file.
        source_lang, target_lang : str, optional
            Languages of the two sides.
        encoding : str, default="utf-8"
            Encoding of the file.

        Returns
        -------
        ParallelCorpus
        """
        found = read_po(path, encoding=encoding)
        return cls(*found.texts, source_lang=source_lang, target_lang=target_lang)

    @classmethod
    def from_xliff(
        cls, path: PathLike, *, source_lang: str | None = None, target_lang: str | None = None
    ) -> Self:
        """Read the translated units of an XLIFF 1.2 or 2.x document.

        Parameters
        ----------
        path : path
            The document.
        source_lang, target_lang : str, optional
            Languages of the two sides; None takes those that the document names.

        Returns
        -------
        ParallelCorpus
        """
        found = read_xliff(path)
        return cls(
            *found.columns.texts,
            source_lang=source_lang or found.source_lang,
            target_lang=target_lang or found.target_lang,
        )

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        source: Any,
        target: Any,
        *,
        source_lang: str | None = "en",
        target_lang: str | None = None,
        weight: Any = None,
    ) -> Self:
        """Read two text columns, and one of weights if wanted, of a pandas or polars frame.

        Parameters
        ----------
        frame : DataFrame
        source, target : hashable, or two of them
            Names of the columns; two for each side of rows of two texts.
        source_lang, target_lang : str, optional
        weight : hashable, optional
            Name of the column with the weight of each pair.
        """
        columns = list(frame.columns)
        for name in [] if weight is None else [weight]:
            if name not in columns:
                raise ValueError(f"the frame has no column {name!r}; it has {columns[:12]}")
        return cls(
            as_text_rows(frame, column=source, what="the frame"),
            as_text_rows(frame, column=target, what="the frame"),
            source_lang=source_lang,
            target_lang=target_lang,
            weight=None if weight is None else frame[weight],
        )

    def __repr__(self) -> str:
        langs = "->".join("?" if lang is None else lang[:12] for lang in self._langs)
        return f"ParallelCorpus({langs}, {self._description()})"


def _widths(left: Rows, right: Rows) -> tuple[int, int] | None:
    """Columns of both sides; None for texts."""
    if isinstance(left, tuple) or isinstance(right, tuple):
        return None
    return int(left.shape[1]), int(right.shape[1])
