"""Spaces made even: columns that stand out removed, rows whitened, clusters centred."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    Moments,
    eigh_of,
    roots_of,
)
from langalign_sk.align._on_rows import OnRows


class OutlierDimRemover(OnRows):
    r"""Drop the few columns whose mean stands far out from those of the others.

    Encoders trained as masked language models have one or two such columns, in all languages
    alike; cosines are then mostly theirs.

    Parameters
    ----------
    threshold : float, default=3.0
        In standard deviations of the means of the columns.

    Attributes
    ----------
    removed_ : ndarray of int
        The columns that are dropped, ascending.
    n_features_in_ : int

    See Also
    --------
    ZCAWhitening : Every direction made as long as the others.

    Notes
    -----
    Column j goes where :math:`|m_j - \bar m| > t\, \operatorname{sd}(m)`, with m the means over
    rows. Most sentence encoders that were trained to compare have no such column, and rows then
    pass unchanged.

    References
    ----------
    Haemmerl et al. (2023), Exploring Anisotropy and Outliers in Multilingual Language Models for
    Cross-Lingual Semantic Sentence Similarity.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.align import OutlierDimRemover
    >>> X = np.random.default_rng(0).normal(size=(50, 20))
    >>> X[:, 7] += 9
    >>> OutlierDimRemover().fit(X).removed_
    array([7])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "threshold": [Interval(Real, 0, None, closed="neither")]
    }

    def __init__(self, threshold: float = 3.0) -> None:
        self.threshold = threshold

    def _learn(self, rows: FloatArray) -> None:
        means = rows.mean(axis=0, dtype=np.float64)
        away = np.abs(means - means.mean())
        out = away > self.threshold * means.std()
        if out.all():  # a threshold so low that nothing would be left
            out[away.argmin()] = False
        self._kept, self.removed_ = ~out, np.flatnonzero(out)

    def transform(self, X: Any) -> FloatArray:
        """Leave the columns out.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features - n_removed)
        """
        check_is_fitted(self)
        return self._rows(X)[:, self._kept]

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Return the names of the columns that are kept.

        Parameters
        ----------
        input_features : array-like of str, optional
            Names of all columns; None: those seen in `fit`, else x0, x1 and so on.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)
        kept: npt.NDArray[np.object_] = names[self._kept]
        return kept


class ZCAWhitening(OnRows):
    r"""Whiten rows, staying as near to them as whitening can: ``(x - mean) S^(-1/2)``.

    Parameters
    ----------
    shrinkage : float, default=0.0
        Share of the mean variance times the identity in the covariance, between 0 and 1. With few
        rows, or an encoder whose small directions are noise, 0.1 and more.

    Attributes
    ----------
    mean_ : ndarray of shape (d,)
    whitening_, coloring_ : ndarray of shape (d, d)
        The inverse square root of the covariance and the square root, both symmetric.
    n_features_in_ : int

    See Also
    --------
    OutlierDimRemover : The columns that stand out most.
    langalign_sk.measures.iso_score : How even a space is.

    Notes
    -----
    With `shrinkage` 0 the covariance of the rows seen in `fit`, over n, becomes the identity;
    directions in which they do not vary become zero. Among all whitenings this one changes rows
    least, and it keeps what cosines mean. A fit costs O(n d^2 + d^3).

    References
    ----------
    Kessy, Lewin and Strimmer (2018), Optimal Whitening and Decorrelation; Su et al. (2021),
    Whitening Sentence Representations for Better Semantics and Faster Retrieval.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.align import ZCAWhitening
    >>> X = np.random.default_rng(0).normal(size=(99, 3)) * [1, 5, 20] + 4
    >>> np.allclose(np.cov(ZCAWhitening().fit_transform(X).T, bias=True), np.eye(3))
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "shrinkage": [Interval(Real, 0, 1, closed="both")]
    }

    def __init__(self, shrinkage: float = 0.0) -> None:
        self.shrinkage = shrinkage

    def _learn(self, rows: FloatArray) -> None:
        moments = Moments.from_rows(rows, name="X")
        self.whitening_, self.coloring_ = roots_of(moments, float(self.shrinkage))
        self.mean_ = np.array(moments.mean)

    def transform(self, X: Any) -> FloatArray:
        """Whiten rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features)
        """
        check_is_fitted(self)
        rows = self._rows(X)
        white: FloatArray = ((rows - self.mean_) @ self.whitening_).astype(rows.dtype)
        return white

    def inverse_transform(self, X: Any) -> FloatArray:
        """Undo `transform`, in all directions that vary.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        X_original : ndarray of shape (n_samples, n_features)
        """
        check_is_fitted(self)
        rows = self._rows(X)
        back: FloatArray = (rows @ self.coloring_ + self.mean_).astype(rows.dtype)
        return back

    @property
    def _n_features_out(self) -> int:
        return len(self.mean_)


class ClusterIsotropy(OnRows):
    r"""Centre each cluster of rows and take out the directions in which it is longest.

    Parameters
    ----------
    n_clusters : int, default=8
        Of k-means; fewer where there are fewer different rows.
    n_directions : int, default=2
        Main directions that are taken out in each cluster; as many as it has rows at most.
    random_state : int, RandomState or None, default=None
        Of k-means.

    Attributes
    ----------
    means_ : ndarray of shape (n_clusters, d)
    directions_ : list of ndarray of shape (k, d)
        Directions of each cluster, as rows of unit length.
    n_features_in_ : int

    See Also
    --------
    ZCAWhitening : One covariance for all rows.

    Notes
    -----
    A row goes to the nearest mean m and becomes :math:`(I - V V^\top)(x - m)`. What clusters differ
    by is lost, and topics are often just that: for comparing sentences, not ahead of a head.

    References
    ----------
    Rajaee and Pilehvar (2021), A Cluster-based Approach for Improving Isotropy in Contextual
    Embedding Space.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.align import ClusterIsotropy
    >>> X = np.random.default_rng(0).normal(size=(90, 6)) + np.repeat(np.eye(3, 6) * 30, 30, axis=0)
    >>> even = ClusterIsotropy(3, random_state=0).fit_transform(X)
    >>> bool(np.abs(even.mean(axis=0)).max() < 1e-9)
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "n_clusters": [Interval(Integral, 1, None, closed="left")],
        "n_directions": [Interval(Integral, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self, n_clusters: int = 8, *, n_directions: int = 2, random_state: Any = None
    ) -> None:
        self.n_clusters = n_clusters
        self.n_directions = n_directions
        self.random_state = random_state

    def _learn(self, rows: FloatArray) -> None:
        from sklearn.cluster import KMeans

        rows = np.asarray(rows, dtype=np.float64)
        n_clusters = min(self.n_clusters, len(np.unique(rows, axis=0)))
        means = KMeans(n_clusters, n_init=1, random_state=self.random_state).fit(rows)
        moments = [Moments.from_rows(rows[means.labels_ == k], name="X") for k in range(n_clusters)]
        self.directions_ = [self._directions(one) for one in moments]
        self.means_: Float64Array = np.array([one.mean for one in moments])

    def _directions(self, moments: Moments) -> Float64Array:
        """Return the main directions of a cluster, as rows."""
        directions = eigh_of(moments)[1][:, : self.n_directions].T
        # In the order of rows, as a saved model has them: else its answers differ in the last bits.
        return np.ascontiguousarray(directions, dtype=np.float64)

    def transform(self, X: Any) -> FloatArray:
        """Centre rows on their clusters and take the directions out.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features)
        """
        check_is_fitted(self)
        rows = self._rows(X)
        squares = np.sum(self.means_**2, axis=1) - 2 * rows @ self.means_.T
        nearest, made = squares.argmin(axis=1), np.empty_like(rows)
        for number, (mean, directions) in enumerate(
            zip(self.means_, self.directions_, strict=True)
        ):
            own = nearest == number
            centred = rows[own] - mean
            made[own] = centred - (centred @ directions.T) @ directions
        return made

    @property
    def _n_features_out(self) -> int:
        return len(self.means_[0])
