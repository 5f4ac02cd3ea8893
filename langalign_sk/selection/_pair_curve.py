"""What more pairs would give: a line in the logarithm of their number."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import t as student

from langalign_sk._numeric import Float64Array


class CurvePoint(NamedTuple):
    """A score that the line expects, and the interval of a new measurement.

    Parameters
    ----------
    score, low, high : float
    """

    score: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class PairCurve:
    """Score against the logarithm of the number of pairs.

    Attributes
    ----------
    intercept, slope : float
        ``score = intercept + slope * ln(n_pairs)``.
    noise : float
        Standard deviation of the measurements about the line.
    n_fitted : int
        Measurements that the line was fitted to.
    covered : float
        Share of the measurements beyond `up_to` that lie in their intervals; NaN without any.
    error : float
        Mean absolute error on them; NaN without any.
    logs : ndarray of float
        Logarithms of the sizes that the line was fitted to.
    """

    intercept: float
    slope: float
    noise: float
    n_fitted: int
    covered: float
    error: float
    logs: Float64Array = field(repr=False)

    def at(self, n_pairs: float, *, level: float = 0.95) -> CurvePoint:
        """Expect a score.

        Parameters
        ----------
        n_pairs : float
        level : float, default=0.95
            Of the interval.

        Returns
        -------
        CurvePoint
        """
        x, mean = math.log(n_pairs), float(self.logs.mean())
        spread = float(np.sum((self.logs - mean) ** 2))
        error = self.noise * math.sqrt(1 + 1 / self.n_fitted + (x - mean) ** 2 / spread)
        half = float(student.ppf((1 + level) / 2, self.n_fitted - 2)) * error
        score = self.intercept + self.slope * x
        return CurvePoint(score, score - half, score + half)

    def pairs_for(self, score: float) -> float:
        """Say how many pairs the line needs for a score; infinite where it does not rise.

        Parameters
        ----------
        score : float

        Returns
        -------
        float
        """
        if self.slope <= 0:
            return math.inf
        exponent = (score - self.intercept) / self.slope
        return math.exp(exponent) if exponent < 700 else math.inf


def fit_pair_curve(n_pairs: Any, scores: Any, *, up_to: float | None = None) -> PairCurve:
    r"""Fit scores against the logarithm of the number of pairs, to see what more would give.

    Parameters
    ----------
    n_pairs : array-like of shape (m,)
        Numbers of pairs (or of labels), at least two different ones; several measurements of one
        size, on other draws, make the interval honest.
    scores : array-like of shape (m,)
        Accuracy, P@1 or another score.
    up_to : float, optional
        Fit on sizes up to this one, and try the line on the larger ones: ``covered`` and ``error``.

    Returns
    -------
    PairCurve
        ``.at(n)`` is the expected score with an interval, ``.pairs_for(score)`` the way back.

    Notes
    -----
    Least squares of :math:`y = a + b \ln n`; the interval is Student's, of a new measurement.
    Scores saturate and a line does not: beyond a few doublings it expects too much, which a fit
    with `up_to` shows.

    References
    ----------
    "Languages You Know": accuracy is about linear in log n (see the page on the literature).

    Examples
    --------
    >>> from langalign_sk.selection import fit_pair_curve
    >>> curve = fit_pair_curve([50, 100, 200, 400], [0.60, 0.66, 0.70, 0.76], up_to=200)
    >>> round(curve.at(400).score, 2), curve.covered
    (0.75, 1.0)
    """
    sizes, values = np.asarray(n_pairs, dtype=float), np.asarray(scores, dtype=float)
    if sizes.ndim != 1 or sizes.shape != values.shape:
        raise ValueError(
            f"n_pairs and scores: a score for each size is needed, got {sizes.shape} and "
            f"{values.shape}"
        )
    if not (np.isfinite(sizes).all() and np.isfinite(values).all() and (sizes > 0).all()):
        raise ValueError("n_pairs and scores: sizes above 0 and finite scores are needed")
    fitted = np.ones(len(sizes), dtype=bool) if up_to is None else sizes <= up_to
    logs = np.log(sizes[fitted])
    if len(logs) < 3 or len(np.unique(logs)) < 2:
        raise ValueError(
            f"a line needs three measurements of two sizes at least, got {len(logs)} of "
            f"{len(np.unique(logs))}{'' if up_to is None else f' up to {up_to:g} pairs'}"
        )
    slope, intercept = np.polyfit(logs, values[fitted], 1)
    residuals = values[fitted] - intercept - slope * logs
    noise = math.sqrt(float(residuals @ residuals) / (len(logs) - 2))
    nan = float("nan")
    curve = PairCurve(float(intercept), float(slope), noise, len(logs), nan, nan, logs)
    if fitted.all():
        return curve
    points = [curve.at(size) for size in sizes[~fitted]]
    held = values[~fitted]
    inside = [p.low <= value <= p.high for p, value in zip(points, held, strict=True)]
    errors = [abs(p.score - value) for p, value in zip(points, held, strict=True)]
    return PairCurve(
        curve.intercept,
        curve.slope,
        noise,
        len(logs),
        float(np.mean(inside)),
        float(np.mean(errors)),
        logs,
    )
