"""Masking the columns that tell two languages apart."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from langalign_sk._numeric import Float64Array, Moments
from langalign_sk.maps._parameters import SHARE, Constraints
from langalign_sk.maps._shift import ShiftMap, column_deviations, rounding_of_means


class LanguageMaskMap(ShiftMap, name="language_mask"):
    r"""Replace the columns that give the language away by their mean in the target; needs no pairs.

    For encoders whose language sits in few single dimensions. What the columns held of the meaning
    is lost with it. A row of either language gets the same value in them, so that `transform`
    masks target rows as well; see the notes for what the aligners do.

    Parameters
    ----------
    share : float, default=0.05
        Share of the columns to mask, between 0 and 1; the number is rounded.

    Attributes
    ----------
    coef_ : ndarray of shape (d, d), float64
        Diagonal, 0 for masked columns and 1 for the others.
    intercept_ : ndarray of shape (d,), float64
        The target's mean in masked columns, 0 in the others.
    masked_ : ndarray of int
        The masked columns, ascending.
    separation_ : ndarray of shape (d,), float64
        How far the languages are apart in each column, in standard deviations.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    LanguageDirectionMap : One direction instead of single columns.

    Notes
    -----
    Column j is masked for the largest

    .. math:: |m_{t,j} - m_{s,j}| / \sigma_j,

    with :math:`\sigma_j` the pooled standard deviation within the languages. A fit costs no more
    than the moments; there is no way back.

    An aligner leaves the rows that stay as they came, bit for bit, so behind a gate only one
    language is masked. Inner products about the target's mean are then already those of masking
    both, :math:`(A(s) - m_t)^\top (t - m_t) = (A(s) - m_t)^\top (A(t) - m_t)`, and a linear head
    trained on masked rows gives the columns no weight. Cosines of raw rows do see what the
    others hold there. To mask both languages, send all rows through the map: an aligner with
    ``gate=None``, or ``ReverseAligner(..., round_trip=True)``.

    References
    ----------
    .. [1] T. Kojima et al. On the multilingual ability of decoder-based pre-trained language
       models: finding and controlling language-specific neurons. NAACL 2024.

    Examples
    --------
    >>> from langalign_sk.maps import LanguageMaskMap
    >>> english, korean = [[0.0, 1.0], [0.1, 2.0]], [[9.0, 1.0], [9.2, 2.0]]
    >>> mask = LanguageMaskMap(0.5).fit(unlabeled_source=english, unlabeled_target=korean)
    >>> mask.transform([[0.0, 7.0]])
    array([[9.1, 7. ]])
    """

    _parameter_constraints: ClassVar[Constraints] = {"share": [SHARE]}

    def __init__(self, share: float = 0.05) -> None:
        self.share = share

    def _fit_clouds(self, source: Moments, target: Moments) -> tuple[Float64Array, Float64Array]:
        gap = np.abs(target.mean - source.mean)
        gap[gap <= rounding_of_means(source) + rounding_of_means(target)] = 0.0
        # Each language counts alike, however many rows it came with.
        spread = np.sqrt((column_deviations(source) ** 2 + column_deviations(target) ** 2) / 2)
        self.separation_ = np.where(gap > 0, np.inf, 0.0)
        np.divide(gap, spread, out=self.separation_, where=spread > 0)
        n_masked = round(self.share * source.width)
        self.masked_ = np.sort(np.argsort(-self.separation_, kind="stable")[:n_masked])
        keep, value = np.ones(source.width), np.zeros(source.width)
        keep[self.masked_], value[self.masked_] = 0.0, target.mean[self.masked_]
        return np.diag(keep), value

    def _can_invert(self) -> bool:
        raise AttributeError("what the masked columns held is gone, so there is no way back")
