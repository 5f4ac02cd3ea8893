"""One space in which translations differ as little as may be, for languages without pairs too."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from langalign_sk._numeric import Float64Array, PairMoments
from langalign_sk.maps._affine import AffineMixin
from langalign_sk.maps._base import MomentMap
from langalign_sk.maps._parameters import POSITIVE, Constraints


class AgreementMap(AffineMixin, MomentMap, name="agreement"):
    r"""Shrink the directions of one space in which translations differ.

    All other maps move one language to where the other is. This one says which directions of the
    space carry the language rather than the meaning, and that holds for rows of every language,
    also of one that the pairs do not know. So all rows go through it, English ones too: call
    `transform` on both sides, or give an aligner ``gate=None``.

    Parameters
    ----------
    alpha : float, default=3.0
        How far the scatter of the differences is drawn to a multiple of the identity, relative to
        its mean eigenvalue. With a large value only the mean is taken off.

    Attributes
    ----------
    coef_ : ndarray of shape (d, d), float64
        Symmetric and positive definite, so that nothing is lost.
    intercept_ : ndarray of shape (d,), float64
        Takes the mean of both languages off: outputs lie about the origin.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    MeanShiftMap : Each language has its mean taken off, for which its rows must be told apart.
    LanguageMaskMap : Single columns, found without pairs.

    Notes
    -----
    With W the scatter of :math:`s_i - t_i` about its mean and :math:`\mu` its mean eigenvalue,

    .. math:: x \mapsto \left(x - \tfrac{m_s + m_t}{2}\right)
        \left(\frac{W + \alpha \mu I}{(1 + \alpha) \mu}\right)^{-1/2},

    the within-class whitening of speaker recognition [1]_, a class being a sentence with its
    translations. Stack the pairs of several languages to learn what holds for all of them. It is
    made for searching words and sentences in an encoder of many languages; where
    that is near perfect already, nothing is left to gain (docs/developer/literature.md). One
    eigendecomposition, O(d^3).

    References
    ----------
    .. [1] A. O. Hatch, S. Kajarekar, A. Stolcke. Within-class covariance normalization for
       SVM-based speaker recognition. Interspeech 2006.
    .. [2] T. Green, S. P. Ponzetto, G. Glavas. Massively multilingual lexical specialization of
       multilingual transformers. ACL 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import AgreementMap
    >>> from langalign_sk.measures import retrieval
    >>> rng = np.random.default_rng(0)
    >>> meaning, noise = rng.standard_normal((3, 200, 4)), 3 * rng.standard_normal((3, 200, 2))
    >>> english, korean, turkish = (np.hstack([meaning[0], part]) for part in noise)
    >>> agreed = AgreementMap(0.001).fit(english, korean)
    >>> before = retrieval(english, turkish, method="cosine").mean.p_at_1
    >>> after = agreed.transform(english), agreed.transform(turkish)
    >>> bool(before < 0.4 < 0.8 < retrieval(*after, method="cosine").mean.p_at_1)
    True
    """

    uses_unlabeled = False

    _parameter_constraints: ClassVar[Constraints] = {"alpha": [POSITIVE]}

    def __init__(self, alpha: float = 3.0) -> None:
        self.alpha = alpha

    def _fit_moments(self, moments: PairMoments, *unlabeled: Any) -> Self:
        source, target = moments.source, moments.target
        if source.width != target.width:
            raise ValueError(
                f"AgreementMap compares both sides in one space, but source rows have "
                f"{source.width} columns and target rows {target.width}: use one encoder for both "
                "languages, or a map from one space to another"
            )
        differ = source.scatter + target.scatter - moments.cross - moments.cross.T
        coef = _inverse_root(differ, float(self.alpha))
        return self._set_affine(coef, -(source.mean + target.mean) / 2 @ coef)

    def _can_invert(self) -> bool:
        return True

    def _inverse_coef(self) -> Float64Array:
        return np.linalg.inv(self.coef_).astype(np.float64, copy=False)


def _inverse_root(scatter: Float64Array, alpha: float) -> Float64Array:
    """Return the inverse root of a scatter matrix, shrunk and of mean eigenvalue 1."""
    values, vectors = np.linalg.eigh(scatter)
    values = values.clip(min=0.0)
    mean = float(values.mean())
    if mean == 0:  # translations that are the same rows: no direction is worse than another
        return np.eye(len(values))
    shrunk = (values / mean + alpha) / (1.0 + alpha)
    return np.asarray((vectors / np.sqrt(shrunk)) @ vectors.T)
