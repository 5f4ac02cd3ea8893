"""Mean shift: one language's mean onto the other's."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from langalign_sk._numeric import Float64Array, Moments
from langalign_sk.maps._parameters import FINITE, Constraints
from langalign_sk.maps._shift import ShiftMap, column_deviations


class MeanShiftMap(ShiftMap, name="mean_shift"):
    r"""Shift source rows by the difference of the two means; needs no pairs.

    For a multilingual encoder, which puts each language into a region of its own. With
    ``strength=1`` this is centring by language: source rows lose their mean and get that of the
    target, which itself is not touched. Both clouds should be about the same things, for
    a difference of content shifts the mean as a difference of language does.

    Parameters
    ----------
    strength : float, default=1.0
        Share of the way to the target's mean.
    scale : bool, default=False
        Also give each column the target's standard deviation (of its logarithm, `strength` of
        the way).

    Attributes
    ----------
    coef_ : ndarray of shape (d, d), float64
        Diagonal; the identity without `scale`.
    intercept_ : ndarray of shape (d,), float64
    n_features_in_, n_features_out_ : int

    See Also
    --------
    LanguageDirectionMap : Moves each row as far as it is from the other language.
    SubspaceShiftMap : Also turns the main directions onto those of the target.

    Notes
    -----
    With means m and standard deviations :math:`\sigma` per column,

    .. math:: x \mapsto (x - m_s) D + m_s + \beta (m_t - m_s),
        \qquad D = \operatorname{diag}(\sigma_t / \sigma_s)^{\beta} \text{ or } I,

    where :math:`\beta` is `strength`. A column that does not vary keeps its scale. ``fit`` costs
    no more than the moments; ``inverse_transform`` is exact.

    References
    ----------
    .. [1] J. Libovicky, R. Rosa, A. Fraser. On the language neutrality of pre-trained multilingual
       representations. Findings of EMNLP 2020.

    Examples
    --------
    >>> from langalign_sk.maps import MeanShiftMap
    >>> english, korean = [[0.0, 1.0], [2.0, 1.0]], [[10.0, 5.0], [10.0, 7.0], [10.0, 9.0]]
    >>> shift = MeanShiftMap().fit(unlabeled_source=english, unlabeled_target=korean)
    >>> shift.transform([[1.0, 1.0]])
    array([[10.,  7.]])
    """

    _parameter_constraints: ClassVar[Constraints] = {
        "strength": [FINITE],
        "scale": ["boolean"],
    }

    def __init__(self, strength: float = 1.0, *, scale: bool = False) -> None:
        self.strength = strength
        self.scale = scale

    def _fit_clouds(self, source: Moments, target: Moments) -> tuple[Float64Array, Float64Array]:
        strength = float(self.strength)
        factors = np.ones(source.width)
        if self.scale:
            before, after = column_deviations(source), column_deviations(target)
            varies = (before > 0) & (after > 0)
            np.divide(after, before, out=factors, where=varies)
            factors **= strength
        end = source.mean + strength * (target.mean - source.mean)
        return np.diag(factors), end - source.mean * factors

    def _inverse_coef(self) -> Float64Array:
        return np.diag(1.0 / np.diag(self.coef_))
