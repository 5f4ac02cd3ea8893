"""Which rows move, and moving them: the language of a row from its block, the gate or the user."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from langalign_sk._numeric import FloatArray, as_float_matrix, as_numpy
from langalign_sk.align._block_codes import block_codes, declared_codes
from langalign_sk.align._gate import LanguageGate
from langalign_sk.align._gate_rate import rate_on, tell_of_gate
from langalign_sk.align._own_width import come_apart, later_rows, own_codes
from langalign_sk.align._stacked import (
    row_name,
    stacked,
    stacked_langs,
    unstacked,
    width_hint,
)
from langalign_sk.maps import BaseMap
from langalign_sk.text import BlockLayout


def _inverts(aligner: Any) -> bool:
    """Tell whether there is one map, and it can be undone."""
    maps = list(getattr(aligner, "maps_", {}).values())
    return len(maps) == 1 and hasattr(maps[0], "inverse_transform")


class MovesRows(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Find the language of each row, and move it where its language moves."""

    __metadata_request__transform: ClassVar = {"lang": True}

    #: False: source rows move into the target space. True: target rows into the source space.
    _backwards: ClassVar[bool]

    gate: str | None
    n_texts: int

    maps_: dict[str, Any]
    gate_: LanguageGate | None
    gate_rate_: float
    layout_: BlockLayout | None
    #: Models that were saved before rows could come at the width of their language have none.
    widths_: Mapping[str, int] = MappingProxyType({})
    languages_: np.ndarray
    stays_: str
    n_features_in_: int
    _n_features_out: int

    def transform(self, X: Any, *, lang: Any = None) -> FloatArray:
        """Move the rows that are to move; the others come out bit for bit as they went in.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Vectors; languages may be mixed in one shared space, or in language blocks. Where
            languages have widths of their own, rows of one may come at its width.
        lang : str or array-like of str, default=None
            Language of each row, where it is known; it overrules the gate. Reaches this method
            through a pipeline only where metadata routing is on, and never through a scorer. For
            rows of two texts it may be two codes a row.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features_out)
            All rows in one space, float32 or float64 as `X`.
        """
        check_is_fitted(self)
        X = stacked(self._check_X(X, reset=False), self.n_texts)
        return unstacked(self._moved(X, stacked_langs(lang, self.n_texts)), self.n_texts)

    def _moved(self, X: FloatArray, lang: Any) -> FloatArray:
        """Return the vectors of single texts, moved where they are to move."""
        shape = (len(X), self._n_features_out // self.n_texts)
        if self.gate == "soft" and self.gate_ is not None and lang is None:
            blend = np.zeros(shape, dtype=X.dtype)
            for share, name in zip(self.gate_.proba(X).T, self.languages_, strict=True):
                blend += share[:, None] * self._move(X, name)
            return blend
        codes = self._codes(X, lang)
        present = np.unique(codes)
        if len(present) == 1:
            return self._move(X, self.languages_[present[0]])
        out = np.empty(shape, dtype=X.dtype)
        for code in present:
            rows = np.flatnonzero(codes == code)
            out[rows] = self._move(X[rows], self.languages_[code])
        return out

    def gate_proba(self, X: Any) -> FloatArray:
        """Return the probability of each language for each row; with blocks it is exact.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Vectors.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_languages)
            Columns in the order of `languages_`; for rows of two texts those of the first text,
            then those of the second.
        """
        check_is_fitted(self)
        X = stacked(self._check_X(X, reset=False), self.n_texts)
        if self.gate_ is not None:
            return unstacked(self.gate_.proba(X), self.n_texts)
        proba: FloatArray = np.eye(len(self.languages_), dtype=X.dtype)[self._codes(X, None)]
        return unstacked(proba, self.n_texts)

    @available_if(_inverts)
    def inverse_transform(self, X: Any) -> FloatArray:
        """Take vectors back the way they were moved; every row counts as one that was moved.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features_out)
            Vectors in the space that rows are moved into.

        Returns
        -------
        X_original : ndarray of shape (n_samples, n_features)
            Vectors in the moved language's space, in its own block where `fit` saw blocks.
        """
        check_is_fitted(self)
        X = as_float_matrix(as_numpy(X), name="X")
        if X.shape[1] != self._n_features_out:
            hint = width_hint(X.shape[1], self._n_features_out, self.n_texts)
            raise ValueError(
                f"X has {X.shape[1]} features, but {type(self).__name__} gives "
                f"{self._n_features_out}{hint}"
            )
        ((lang, fitted),) = self.maps_.items()
        back: FloatArray = fitted.inverse_transform(stacked(X, self.n_texts))
        if self.layout_ is None or self.n_features_in_ != self.n_texts * self.layout_.width:
            return unstacked(back, self.n_texts)
        out = np.zeros((len(back), self.layout_.width), dtype=back.dtype)
        out[:, self.layout_.columns(lang)] = back
        return unstacked(out, self.n_texts)

    def _codes(self, X: FloatArray, lang: Any) -> np.ndarray:
        """Return the index into `languages_` of each row; `lang` may not contradict its block."""
        languages, n_texts = list(self.languages_), self.n_texts
        declared = None if lang is None else declared_codes(lang, len(X), languages, n_texts)
        apart = come_apart(self.widths_, self.layout_)
        if apart and not self._in_blocks(X):
            return own_codes(X.shape[1], len(X), declared, self.widths_, languages)
        if self.layout_ is None:
            if declared is not None:
                return declared
            if self.gate_ is None:
                return np.full(len(X), languages.index(next(iter(self.maps_))))
            return self.gate_._codes(X, languages.index(self.stays_))
        codes = block_codes(X, self.layout_, languages, n_texts)
        if declared is not None and (declared != codes).any():
            row = int(np.flatnonzero(declared != codes)[0])
            raise ValueError(
                f"lang= says {languages[declared[row]]!r} for {row_name(row, n_texts)} of X, but "
                f"it is in the block of {languages[codes[row]]!r}"
            )
        return codes

    def _look_at(self, X: FloatArray, lang: Any = None) -> None:
        """Record which share of `X` is in a source language, and warn if it is none at all."""
        stays = self.languages_[self._codes(X, lang)] == self.stays_
        self.source_rate_ = float(np.mean(stays if self._backwards else ~stays))
        if self.gate_ is not None and lang is None and self.gate_.coef.any():
            self.gate_rate_ = float(np.fmin(self.gate_rate_, rate_on(self.gate_, X)))
            if self.gate == "hard":  # a soft one blends what it cannot tell
                tell_of_gate(self.gate_rate_, self.languages_, stacklevel=5)
        # Languages with one mean, as in the null alignment, have no rows that look like either.
        told_apart = come_apart(self.widths_, self.layout_)
        if self.gate_ is not None:
            told_apart = bool(self.gate_.coef.any())
        if self.source_rate_ == 0 and told_apart:
            warnings.warn(
                f"no row of X is in the source language of the pairs ({self.languages_[0]}): "
                "are source and target swapped, or do the pairs come from another encoder?",
                UserWarning,
                stacklevel=4,
            )

    def _move(self, X: FloatArray, lang: str) -> FloatArray:
        """Return rows of one language, moved where that language moves."""
        if self.layout_ is not None and self._in_blocks(X):
            X = X[:, self.layout_.columns(lang)]
        fitted = self._map_of(lang)
        # A copy, so that a later step that works in place can't reach into the caller's rows.
        moved: FloatArray = X.copy() if fitted is None else fitted.transform(X)
        return moved

    def _in_blocks(self, X: FloatArray) -> bool:
        """Tell whether vectors of single texts come in blocks, not at their own width."""
        return self.layout_ is not None and X.shape[1] == self.layout_.width

    def _map_of(self, lang: str) -> BaseMap | None:
        """Return the map that rows of one language go through, None for rows that stay."""
        fitted: BaseMap | None = self.maps_.get(lang)
        return fitted

    def _check_X(self, X: Any, *, reset: bool) -> FloatArray:
        """Return 2-D finite floats: scikit-learn's checks, and our word on broken rows."""
        dtypes = [np.float64, np.float32]
        shape: tuple[int, ...] = getattr(X, "shape", ())
        if not reset:
            later = later_rows(self, X, self, self.n_texts)
            if later is not None:
                return later
        if not reset and len(shape) == 2:
            hint = width_hint(shape[1], self.n_features_in_, self.n_texts)
            if hint:
                raise ValueError(
                    f"X has {shape[1]} features, but {type(self).__name__} is expecting "
                    f"{self.n_features_in_} features as input{hint}"
                )
        X = validate_data(self, as_numpy(X), dtype=dtypes, ensure_all_finite=False, reset=reset)
        return as_float_matrix(X, name="X")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
