"""What transformers of vectors have in common that ask for no language."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import validate_data

from langalign_sk._numeric import FloatArray, as_numpy
from langalign_sk._stamp import VersionStamped
from langalign_sk.align._pairs import all_or_nothing


class OnRows(ClassNamePrefixFeaturesOutMixin, TransformerMixin, VersionStamped, BaseEstimator):
    """Base: rows checked, float32 and float64 kept, a fit that is all or nothing."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from vectors.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Vectors; of all languages that are to be compared, or of one.
        y : ignored
            Accepted for pipelines.

        Returns
        -------
        self
        """
        self._validate_params()
        with all_or_nothing(self) as draft:
            draft._learn(draft._rows(X, reset=True))
        return self

    def _learn(self, rows: FloatArray) -> None:
        """Fit to checked rows."""
        raise NotImplementedError

    def _rows(self, X: Any, *, reset: bool = False) -> FloatArray:
        """Return rows, checked."""
        rows: FloatArray = validate_data(
            self, as_numpy(X), dtype=[np.float64, np.float32], reset=reset
        )
        return rows

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
