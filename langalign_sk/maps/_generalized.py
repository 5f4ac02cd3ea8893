"""Several spaces into one: generalised Procrustes analysis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils.validation import check_is_fitted

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    Moments,
    as_float_matrix,
    as_matrix,
    polar_of,
)
from langalign_sk._stamp import VersionStamped
from langalign_sk.maps._affine import AffineMap
from langalign_sk.maps._base import fit_afresh
from langalign_sk.maps._parameters import COUNT_OR_ZERO, NOT_NEGATIVE, Constraints, one_of


class GeneralizedProcrustes(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, VersionStamped, BaseEstimator
):
    r"""Rotate several views of the same rows into one space, all at once.

    A view is what one encoder says about a text, or one language of a multi-way translation. Views
    stand side by side in the columns of `X`, as ``FeatureUnion`` puts them; `maps_` takes each
    into the common space alone, `transform` combines them.

    Parameters
    ----------
    widths : sequence of int
        Number of columns of each view, in order.
    combine : {"average", "concatenate"}, default="average"
        What `transform` makes of the rotated views.
    reference : int, optional
        View whose raw space is the common one; its rows stay as they are. It must be of largest
        width. None takes axes of the agreement's own, with the mean at the origin.
    scale : bool, default=False
        Give every view the same mean squared length about its mean before averaging, so that
        none outvotes the others; with a reference, the length of the reference.
    max_iter : int, default=100
        Most rounds over all views.
    tol : float, default=1e-8
        Stop when a round raises the agreement by less than this share of it.

    Attributes
    ----------
    maps_ : list of AffineMap
        One map per view, into the common space.
    agreement_ : list of float
        The objective after each round; it never falls.
    n_iter_ : int
        Number of rounds.
    n_features_in_ : int
        Number of columns of `X`.

    See Also
    --------
    ProcrustesMap : One space onto another.

    Notes
    -----
    With centred views :math:`X_i` and semi-orthogonal :math:`Q_i`, the agreement

    .. math:: \sum_{i < j} \operatorname{tr}(Q_i^\top X_i^\top X_j Q_j)

    is raised by solving for one rotation after the other, each a Procrustes problem against the
    sum of the others [1]_, [2]_. Everything but the first pass comes from the joint scatter
    matrix: for k views of width d, accumulation costs O(n k^2 d^2), a round k^2 products and k
    decompositions O(d^3).

    References
    ----------
    .. [1] J. C. Gower. Generalized Procrustes analysis. Psychometrika 40(1), 1975.
    .. [2] J. M. F. ten Berge. Orthogonal Procrustes rotation for two or more matrices.
       Psychometrika 42(2), 1977.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import GeneralizedProcrustes
    >>> rng = np.random.default_rng(0)
    >>> common = rng.standard_normal((100, 3))
    >>> views = [common @ np.linalg.qr(rng.standard_normal((3, 3)))[0] + i for i in range(3)]
    >>> together = GeneralizedProcrustes((3, 3, 3), reference=0).fit(np.hstack(views))
    >>> np.allclose(together.transform(np.hstack(views)), views[0])
    True
    >>> np.allclose(together.maps_[2].transform(views[2]), views[0])
    True
    """

    _parameter_constraints: ClassVar[Constraints] = {
        "widths": ["array-like"],
        "combine": [one_of("average", "concatenate")],
        "reference": [COUNT_OR_ZERO, None],
        "scale": ["boolean"],
        "max_iter": [COUNT_OR_ZERO],
        "tol": [NOT_NEGATIVE],
    }

    def __init__(
        self,
        widths: Sequence[int],
        *,
        combine: str = "average",
        reference: int | None = None,
        scale: bool = False,
        max_iter: int = 100,
        tol: float = 1e-8,
    ) -> None:
        self.widths = widths
        self.combine = combine
        self.reference = reference
        self.scale = scale
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find the rotations from rows that hold all views side by side.

        Parameters
        ----------
        X : array-like of shape (n, sum of widths)
            Views in the columns; row i of every view means the same.
        y : ignored
        sample_weight : array-like of shape (n,), optional
            Weight of each row, >= 0.

        Returns
        -------
        self
        """
        self._validate_params()
        X = as_matrix(X, name="X")
        return fit_afresh(self, lambda fresh: fresh._fit(X, sample_weight))

    def _fit(self, X: FloatArray, sample_weight: Any) -> None:
        spans, common = self._spans(X.shape[1]), max(self.widths)
        moments = Moments.from_rows(X, sample_weight)
        blocks = [[moments.scatter[a, b] for b in spans] for a in spans]
        sizes = self._sizes([float(np.trace(blocks[i][i])) for i in range(len(spans))])
        for i, row in enumerate(blocks):
            for j in range(len(row)):
                row[j] = row[j] * (sizes[i] * sizes[j])
        turns = self._rotate(blocks, common)
        centre = np.zeros(common)
        if self.reference is not None:
            home = turns[self.reference].T / sizes[self.reference]
            turns = [turn @ home for turn in turns]
            centre = moments.mean[spans[self.reference]]
        self.maps_ = []
        for span, turn, size in zip(spans, turns, sizes, strict=True):
            coef = size * turn
            self.maps_.append(AffineMap(coef, centre - moments.mean[span] @ coef).fit())
        if self.reference is not None:  # what stays, stays to the last bit
            self.maps_[self.reference] = AffineMap(np.eye(common)).fit()
        self.n_features_in_ = X.shape[1]
        self._n_features_out = common * (len(spans) if self.combine == "concatenate" else 1)

    def transform(self, X: Any) -> FloatArray:
        """Rotate every view, then average or concatenate.

        Parameters
        ----------
        X : array-like of shape (n, sum of widths)

        Returns
        -------
        ndarray of shape (n, largest width), or (n, views * largest width) if concatenated
            In the dtype of `X` (float32 or float64).
        """
        check_is_fitted(self)
        X = as_float_matrix(X, name="X")
        views = [
            each.transform(X[:, span])
            for span, each in zip(self._spans(X.shape[1]), self.maps_, strict=True)
        ]
        if self.combine == "concatenate":
            return np.hstack(views)
        total = views[0]
        for view in views[1:]:
            total += view
        total /= len(views)
        return total

    def _spans(self, width: int) -> list[slice]:
        """Return the columns of each view."""
        widths = [w for w in self.widths if isinstance(w, (int, np.integer)) and w > 0]
        if len(widths) < 2 or len(widths) < len(self.widths):
            raise ValueError(
                f"widths must be the numbers of columns of two or more views, got {self.widths!r}"
            )
        if sum(widths) != width:
            raise ValueError(f"X has {width} columns, but the widths {widths} add to {sum(widths)}")
        if self.reference is not None:
            if self.reference not in range(len(widths)):
                raise ValueError(f"reference must be a view 0 to {len(widths) - 1}")
            if widths[self.reference] < max(widths):
                raise ValueError(
                    f"view {self.reference} has {widths[self.reference]} columns and cannot hold "
                    f"those of {max(widths)}: the reference must be of largest width"
                )
        stops = np.cumsum(widths)
        return [slice(int(b - w), int(b)) for b, w in zip(stops, widths, strict=True)]

    def _sizes(self, spreads: list[float]) -> list[float]:
        """Return the factor of each view that gives all of them one size."""
        if not self.scale:
            return [1.0] * len(spreads)
        wanted = float(np.mean(spreads))
        if self.reference is not None:
            wanted = spreads[self.reference]
        return [float(np.sqrt(wanted / s)) if s > 0 and wanted > 0 else 1.0 for s in spreads]

    def _rotate(self, blocks: list[list[Float64Array]], common: int) -> list[Float64Array]:
        """Find one rotation per view, from the cross scatter of every two."""
        views = range(len(blocks))
        widest = [len(blocks[i][i]) for i in views].index(common)
        # Start: every view on the widest one, whose axes are the first common ones.
        turns = [np.eye(common) if i == widest else polar_of(blocks[i][widest]) for i in views]
        self.agreement_ = [_agreement(blocks, turns)]
        for _ in range(self.max_iter):
            for i in views:
                others = sum(blocks[i][j] @ turns[j] for j in views if j != i)
                turns[i] = polar_of(np.asarray(others))
            self.agreement_.append(_agreement(blocks, turns))
            if self.agreement_[-1] - self.agreement_[-2] <= self.tol * abs(self.agreement_[-1]):
                break
        self.n_iter_ = len(self.agreement_) - 1
        return turns


def _agreement(blocks: list[list[Float64Array]], turns: list[Float64Array]) -> float:
    """Return the sum of the inner products of every two rotated views."""
    return float(
        sum(
            np.sum(turns[i] * (blocks[i][j] @ turns[j]))
            for i in range(len(turns))
            for j in range(i)
        )
    )
