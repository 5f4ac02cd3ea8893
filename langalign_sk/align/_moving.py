"""What fitted aligners share: one rule for the language of a row, and the maps rows go through."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from langalign_sk._numeric import FloatArray, as_float_matrix, as_numpy
from langalign_sk.align._gate import LanguageGate
from langalign_sk.align._rows import block_codes, declared_codes
from langalign_sk.maps import BaseMap
from langalign_sk.text import BlockLayout


def _inverts(aligner: Any) -> bool:
    """`inverse_transform` exists where there is one map and it can be undone."""
    maps = list(getattr(aligner, "maps_", {}).values())
    return len(maps) == 1 and hasattr(maps[0], "inverse_transform")


class MovesRows(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Find the language of each row, and move it where its language moves."""

    __metadata_request__transform: ClassVar = {"lang": True}

    gate: str | None

    maps_: dict[str, Any]
    gate_: LanguageGate | None
    layout_: BlockLayout | None
    languages_: np.ndarray
    stays_: str
    n_features_in_: int
    _n_features_out: int

    def transform(self, X: Any, *, lang: Any = None) -> FloatArray:
        """Move the rows that are to move; the others come out bit for bit as they went in.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Vectors; languages may be mixed.
        lang : str or array-like of str, default=None
            Language of each row, where it is known; it overrules the gate. Reaches this method
            through a pipeline only where metadata routing is on, and never through a scorer.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features_out)
            All rows in one space, float32 or float64 as `X`.
        """
        check_is_fitted(self)
        X = self._check_X(X, reset=False)
        if self.gate == "soft" and self.gate_ is not None and lang is None:
            return self._blend(X, self.gate_.proba(X))
        codes = self._codes(X, lang)
        present = np.unique(codes)
        if len(present) == 1:
            return self._move(X, self.languages_[present[0]])
        out = np.empty((len(X), self._n_features_out), dtype=X.dtype)
        for code in present:
            rows = np.flatnonzero(codes == code)
            out[rows] = self._move(X[rows], self.languages_[code])
        return out

    def gate_proba(self, X: Any) -> FloatArray:
        """Probability of each language for each row; with blocks it is exact.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Vectors.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_languages)
            Columns in the order of `languages_`.
        """
        check_is_fitted(self)
        X = self._check_X(X, reset=False)
        if self.gate_ is not None:
            return self.gate_.proba(X)
        proba: FloatArray = np.eye(len(self.languages_), dtype=X.dtype)[self._codes(X, None)]
        return proba

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
            Vectors in the moved language's space, in its own block where there are blocks.
        """
        check_is_fitted(self)
        X = as_float_matrix(as_numpy(X), name="X")
        ((lang, fitted),) = self.maps_.items()
        back: FloatArray = fitted.inverse_transform(X)
        if self.layout_ is None:
            return back
        out = np.zeros((len(back), self.layout_.width), dtype=back.dtype)
        out[:, self.layout_.columns(lang)] = back
        return out

    def _codes(self, X: FloatArray, lang: Any) -> np.ndarray:
        """Index into `languages_` of each row."""
        languages = list(self.languages_)
        if self.layout_ is not None:
            codes = block_codes(X, self.layout_, languages)
            if lang is not None:
                self._check_declared(declared_codes(lang, len(X), languages), codes)
            return codes
        if lang is not None:
            return declared_codes(lang, len(X), languages)
        if self.gate_ is None:
            return np.full(len(X), languages.index(next(iter(self.maps_))))
        return self.gate_.codes(X, languages.index(self.stays_))

    def _check_declared(self, declared: np.ndarray, codes: np.ndarray) -> None:
        """Blocks say the language exactly; `lang` may repeat it but not contradict it."""
        if (declared != codes).any():
            row = int(np.flatnonzero(declared != codes)[0])
            raise ValueError(
                f"lang= says {self.languages_[declared[row]]!r} for row {row} of X, but the row "
                f"is in the block of {self.languages_[codes[row]]!r}"
            )

    def _move(self, X: FloatArray, lang: str) -> FloatArray:
        """Rows of one language, moved where that language moves."""
        if self.layout_ is not None:
            X = X[:, self.layout_.columns(lang)]
        fitted = self._map_of(lang)
        # A copy, so that a later step that works in place can't reach into the caller's rows.
        moved: FloatArray = X.copy() if fitted is None else fitted.transform(X)
        return moved

    def _map_of(self, lang: str) -> BaseMap | None:
        """The map that rows of one language go through, None for rows that stay."""
        fitted: BaseMap | None = self.maps_.get(lang)
        return fitted

    def _blend(self, X: FloatArray, proba: FloatArray) -> FloatArray:
        """Every row through every map, weighted by the probability of its language."""
        out = np.zeros((len(X), self._n_features_out), dtype=X.dtype)
        for share, lang in zip(proba.T, self.languages_, strict=True):
            out += share[:, None] * self._move(X, lang)
        return out

    def _check_X(self, X: Any, *, reset: bool) -> FloatArray:
        """2-D finite float vectors; scikit-learn's own checks, with our word on broken rows."""
        X = validate_data(
            self,
            as_numpy(X),
            dtype=[np.float64, np.float32],
            ensure_all_finite=False,
            reset=reset,
        )
        return as_float_matrix(X, name="X")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
