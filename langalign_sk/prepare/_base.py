"""What all text-side steps share: rows of texts in, the same rows with other texts out."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from langalign_sk._io import TextRow, as_text_rows, as_texts, hold_two, with_texts
from langalign_sk._stamp import VersionStamped
from langalign_sk.corpus import ParallelCorpus, TextPool


class TextStep(  # type: ignore[call-arg]  # scikit-learn's keyword is not typed
    TransformerMixin, VersionStamped, BaseEstimator, auto_wrap_output_keys=None
):
    """Base of the steps that come before the encoder.

    A subclass writes ``_changed(texts)``: as many texts out as in, each depending on itself alone.
    Missing texts come out as they went in: what they become is said to the extractor.
    """

    column: Any

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the parameters and the input.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array, series or frame
            Texts.
        y : object, optional
            Ignored.

        Returns
        -------
        self
        """
        self._validate_params()
        as_text_rows(X, column=self.column, missing="keep")
        return self

    def transform(self, X: Any) -> Any:
        """Change the texts.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array, series or frame
            Texts, in one `column` or two where X is a frame.

        Returns
        -------
        ndarray of shape (n_texts,) or (n_texts, 2), a series or a frame
            The rows in their order. A frame comes out as a frame, with its other columns as they
            were, a series of pandas with its index. Missing texts are missing still.
        """
        self._validate_params()
        rows = as_text_rows(X, column=self.column, missing="keep")
        return with_texts(X, changed_rows(rows, self._changed), column=self.column)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Do nothing: what comes out is text for an encoder, which has columns to be named.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, optional
            Ignored.

        Returns
        -------
        self
        """
        return self

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Name the columns, for pipelines: those that came in.

        Parameters
        ----------
        input_features : array-like of str, optional
            Names of what came in.

        Returns
        -------
        ndarray of str
        """
        names = ["text"] if input_features is None else list(input_features)
        return np.array(names, dtype=object)

    def _changed(self, texts: Sequence[str]) -> list[str]:
        raise NotImplementedError

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.requires_fit = False
        tags.no_validation = True
        tags.transformer_tags.preserves_dtype = []
        return tags


class RandomTextStep(TextStep):
    """Base of steps that draw: what becomes of a text depends on it and the seed, on nothing else.

    So the order of rows, the batch and the fold change nothing, and a cache of vectors works. A
    subclass writes ``_changer()``, which returns a function of a text and of random numbers.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {"random_state": ["random_state"]}
    random_state: Any

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the parameters and the input, and draw the seed.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array, series or frame
            Texts.
        y : object, optional
            Ignored.

        Returns
        -------
        self
        """
        super().fit(X)
        self._changer()  # what is wrong with its rules shows here
        self.seed_ = int(check_random_state(self.random_state).randint(2**31 - 1))
        return self

    def _changed(self, texts: Sequence[str]) -> list[str]:
        check_is_fitted(self)
        change = self._changer()
        return [change(text, _drawing(self.seed_, text)) for text in texts]

    def _changer(self) -> Callable[[str, random.Random], str]:
        raise NotImplementedError

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "seed_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = True
        return tags


def texts_of(rows: Any) -> list[str]:
    """Return the texts of a pool, of the target side of a corpus, or of what holds texts."""
    if isinstance(rows, ParallelCorpus | TextPool):
        rows = rows.target if isinstance(rows, ParallelCorpus) else rows.rows
    return as_texts(rows, what="texts")


def changed_rows(rows: Sequence[TextRow], change: Any) -> list[TextRow]:
    """Return rows with every text of theirs changed, each distinct one once; None stays None."""
    two = hold_two(rows)
    flat = [text for row in rows for text in row] if two else rows
    distinct = [text for text in dict.fromkeys(flat) if text is not None]
    new: dict[Any, Any] = dict(zip(distinct, change(distinct), strict=True))
    new[None] = None
    texts = [new[text] for text in flat]
    return list(zip(texts[::2], texts[1::2], strict=True)) if two else texts


def _drawing(seed: int, text: str) -> random.Random:
    """Return the random numbers of one text."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    return random.Random(seed ^ int.from_bytes(digest.digest(), "big"))


def cased(new: str, old: str) -> str:
    """Return a replacement with a capital where what it replaces had one."""
    return new[:1].upper() + new[1:] if old[:1].isupper() else new
