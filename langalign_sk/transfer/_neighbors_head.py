"""A head that asks the nearest labelled rows, corrected for those that are near to everything."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from langalign_sk._numeric import (
    BLOCK_BYTES,
    Adjustment,
    Float64Array,
    FloatArray,
    as_numpy,
    best_pairs,
    mean_similarity,
    nearest_others,
    unit_rows,
)
from langalign_sk._stamp import VersionStamped
from langalign_sk.align import all_or_nothing
from langalign_sk.corpus import TextPool


class CSLSNeighborsClassifier(ClassifierMixin, VersionStamped, BaseEstimator):
    r"""k nearest labelled rows by CSLS: retrieval as a classifier, without training.

    Some rows are among the nearest of everything, and between languages more so. CSLS takes off
    each labelled row how near it is to others.

    Parameters
    ----------
    n_neighbors : int, default=10
        Labelled rows that vote, and rows in the correction.
    unlabeled : TextPool or array-like of shape (m, d), default=None
        Vectors of the rows to come, of the target language: the correction is then the mean cosine
        to the nearest of them. None takes the nearest other labelled rows.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    n_features_in_ : int

    See Also
    --------
    langalign_sk.measures.retrieval : How often translations are nearest.
    KernelHead : The head that did best where labels are many.

    Notes
    -----
    The score of a labelled row t for a row x is :math:`\cos(x, t) - r_t / 2`; the mean cosine of x
    itself changes no order. Probabilities are shares of the votes; of classes with as many, the
    first is predicted.

    References
    ----------
    Winata et al. (2024), MINERS: Multilingual Language Models as Semantic Retrievers; Conneau et
    al. (2018), Word Translation Without Parallel Data.

    Examples
    --------
    >>> from langalign_sk.transfer import CSLSNeighborsClassifier
    >>> X = [[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.8]]
    >>> CSLSNeighborsClassifier(2).fit(X, ["a", "a", "b", "b"]).predict([[5.0, 1.0]])
    array(['a'], dtype='<U1')
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(self, n_neighbors: int = 10, *, unlabeled: Any = None) -> None:
        self.n_neighbors = n_neighbors
        self.unlabeled = unlabeled

    def fit(self, X: Any, y: Any) -> Self:
        """Keep the labelled rows and how near each is to others.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)

        Returns
        -------
        self
        """
        self._validate_params()
        with all_or_nothing(self) as draft:
            draft._learn(X, y)
        return self

    def _learn(self, X: Any, y: Any) -> None:
        X, y = validate_data(self, as_numpy(X), y, dtype=[np.float64, np.float32])
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        rows = unit_rows(X)
        pool = self.unlabeled
        if isinstance(pool, TextPool):
            if pool.is_text:
                raise ValueError(f"{pool!r} holds texts; give its vectors, pool.embed(extractor)")
            pool = pool.rows
        if pool is not None:
            near = mean_similarity(rows, pool, self.n_neighbors)[0]
        elif len(rows) > 1:
            others = nearest_others(rows, min(self.n_neighbors, len(rows) - 1))[1]
            near = others.mean(axis=1, dtype=float)
        else:
            near = np.zeros(1)
        # Copies: what came in unit length came back as it was.
        self._unit, self._codes = np.array(rows), codes.astype(np.intp)
        self._half = (near / 2).astype(np.float32)

    def predict_proba(self, X: Any) -> Float64Array:
        """Return the share of the votes for each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
        """
        votes = self._votes(X)
        shares = np.zeros((len(votes), len(self.classes_)))
        np.add.at(shares, (np.arange(len(votes))[:, None], votes), 1.0)
        shares /= votes.shape[1]
        return shares

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the class of most neighbours.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        shares = self.predict_proba(X)
        found: npt.NDArray[Any] = self.classes_[shares.argmax(axis=1)]
        return found

    def _votes(self, X: Any) -> npt.NDArray[np.intp]:
        """Return the class of each of the neighbours, nearest first."""
        check_is_fitted(self)
        rows: FloatArray = validate_data(
            self, as_numpy(X), dtype=[np.float64, np.float32], reset=False
        )
        of_rows, _ = best_pairs(
            unit_rows(rows),
            self._unit,
            Adjustment(np.zeros(len(rows), dtype=np.float32), self._half),
            k_rows=min(self.n_neighbors, len(self._unit)),
            k_columns=0,
            block_bytes=BLOCK_BYTES,
        )
        votes: npt.NDArray[np.intp] = self._codes[of_rows.indices]
        return votes

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_unit")
