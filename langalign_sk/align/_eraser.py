"""Taking out of vectors all that a linear probe can tell their language by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from sklearn.utils.validation import check_is_fitted

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    Moments,
    as_numpy,
    eigh_of,
)
from langalign_sk.align._on_rows import OnRows
from langalign_sk.corpus import TextPool

#: Means this near, in standard deviations of the rows, are the same.
SAME_MEANS = 1e-8


class LanguageEraser(OnRows):
    r"""Erase the language: no linear probe tells it from the rows any more, and they move least.

    For one encoder of several languages: an adversary against which nothing is left to train, in
    closed form. Languages are known from pools of unlabelled rows, as those of the aligners are.

    Parameters
    ----------
    unlabeled : sequence of TextPool or of arrays, or "self", default=None
        Vectors of two or more languages, a pool for each. Each language counts alike. "self" takes
        every other row of `X` for another language: it proves plumbing, nothing else. A model that
        is saved as files holds the rows of arrays, and none of a TextPool.

    Attributes
    ----------
    mean_ : ndarray of shape (d,)
        Mean of the means of the languages.
    coef_ : ndarray of shape (d, d)
    n_erased_ : int
        Directions that are gone: one less than there are languages, or fewer.
    n_features_in_ : int

    See Also
    --------
    langalign_sk.maps.LanguageDirectionMap : Of two languages, one of which moves.
    langalign_sk.measures.language_separability : How well a probe does.

    Notes
    -----
    With :math:`\Sigma` the covariance of all rows, :math:`W = \Sigma^{-1/2}` and P the orthogonal
    projection onto the span of the languages' means after W,

    .. math:: x \mapsto x - W^{+} P W (x - \bar m),

    which of all affine maps that make the means of the languages equal has the least squared change
    [1]_. Rows of the pools then hide the language from every linear probe; for others it is as
    good as the means are known. A probe that is not linear may still tell it.

    References
    ----------
    .. [1] N. Belrose et al. LEACE: Perfect linear concept erasure in closed form. NeurIPS 2023.
    .. [2] W. Held et al. DAMP: Doubly aligned multilingual parser for task-oriented dialogue. 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.align import LanguageEraser
    >>> english, korean = np.random.default_rng(0).normal(size=(2, 50, 4))
    >>> eraser = LanguageEraser([english, korean + [3, 1, 0, 0]]).fit(english)
    >>> means = [eraser.transform(rows).mean(axis=0) for rows in (english, korean + [3, 1, 0, 0])]
    >>> np.allclose(*means), eraser.n_erased_
    (True, 1)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    def __init__(self, unlabeled: Sequence[Any] | str | None = None) -> None:
        self.unlabeled = unlabeled

    def _learn(self, rows: FloatArray) -> None:
        moments = self._moments(rows)
        means = np.array([one.mean for one in moments])
        # Each language counts alike, however many rows it came with.
        within = sum(one.scatter / one.weight for one in moments) / len(moments)
        offsets = means - means.mean(axis=0)
        every = Moments(
            n=len(rows),
            weight=1.0,
            weight_sq=1.0,
            mean=means.mean(axis=0),
            scatter=within + offsets.T @ offsets / len(moments),
        )
        values, vectors = eigh_of(every)
        roots = np.sqrt(values)
        seen = (offsets @ vectors) / roots  # the means, whitened, in the directions that vary
        _, singular, Vt = np.linalg.svd(seen, full_matrices=False)
        rank = int(np.sum(singular > SAME_MEANS))
        basis = Vt[:rank]
        self.mean_: Float64Array = np.array(every.mean)
        erased = (vectors / roots) @ basis.T @ (basis * roots) @ vectors.T
        kept = np.eye(rows.shape[1])
        if len(values) < rows.shape[1] <= sum(one.n for one in moments) - len(moments):
            # Columns that do not vary, though there are rows enough: what is left of them is
            # rounding, and may tell the language to a probe that scales its columns.
            kept = vectors @ vectors.T
        self.coef_: Float64Array = kept - erased
        self.n_erased_ = rank

    def transform(self, X: Any) -> FloatArray:
        """Erase the language of rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features)
            In the dtype of `X` (float32 or float64).
        """
        check_is_fitted(self)
        rows = self._rows(X)
        made: FloatArray = ((rows - self.mean_) @ self.coef_ + self.mean_).astype(rows.dtype)
        return made

    def _moments(self, rows: FloatArray) -> list[Moments]:
        """Return the moments of each language."""
        pools = self.unlabeled
        if isinstance(pools, str) and pools == "self":
            pools = [rows[::2], rows[1::2]] if len(rows) > 1 else [rows, rows]
        if pools is None or isinstance(pools, str) or len(pools) < 2:
            raise ValueError(
                "the languages are not known: give vectors of two languages or more, "
                "LanguageEraser(unlabeled=[english, korean])"
            )
        found = []
        for pool in pools:
            if isinstance(pool, TextPool) and pool.is_text:
                raise ValueError(f"{pool!r} holds texts; give its vectors, pool.embed(extractor)")
            one = (
                pool.moments
                if isinstance(pool, TextPool)
                else Moments.from_rows(as_numpy(pool), name="unlabeled")
            )
            if one.width != rows.shape[1]:
                raise ValueError(f"X has {rows.shape[1]} columns, a pool in unlabeled {one.width}")
            found.append(one)
        return found

    @property
    def _n_features_out(self) -> int:
        return len(self.mean_)
