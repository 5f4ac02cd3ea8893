"""Old rows against new ones: five measures, judged together by drawing the rows anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import linalg
from scipy.stats import rankdata

from langalign_sk._numeric import Float64Array
from langalign_sk.monitor._reading import Seen

Weights = npt.NDArray[np.float32]
#: Draws of which a share of `false_alarms` has this many at least; never fewer than so many.
_BEYOND, _LEAST_DRAWS = 25, 499
#: Times the mean variance that is added to each direction: much for what is in the directions in
#: which all texts differ most, such as subjects; less for the finer ones, such as languages.
_DAMPINGS = 10.0, 1.0
_FOLDS = 5
#: How much of the false alarms each check may have, next to the others. A class that is asked more
#: often is hard to see, and no other check sees it as well; what is garbage, or in another
#: language, or of another domain moves the vectors by far more than chance does.
_SHARES = {
    "languages": 1 / 3,
    "coverage": 1 / 6,
    "vectors": 1 / 3,
    "classes": 1.0,
    "confidence": 1 / 6,
}
#: Further than this is no further: a text without any word of the encoder's has no end.
_FAR = 3.0
#: No measure that is less than this has anything to say.
_NOTHING = 1e-5


@dataclass(frozen=True)
class Judged:
    """One check: how unlikely it would be without a change, alone and among all checks."""

    p: float
    adjusted: float


def judged(
    reference: Seen, new: Seen, *, false_alarms: float, random: np.random.RandomState
) -> dict[str, Judged]:
    r"""Judge whether new rows are of the same kind as those of the reference, check by check.

    Old and new rows are put together and dealt out anew, many times. Whatever a measure is, where
    nothing has changed the true deal is one of these like any other. All checks are judged by the
    same deals, so that the share of deals in which any of them is as unlikely is known
    (Westfall and Young's step: the least p-value, each over its share of the false alarms, is
    compared with the least of the deals).
    """
    rows = Seen.joined([new, reference])
    n_draws = max(_LEAST_DRAWS, int(np.ceil(_BEYOND / false_alarms)))
    dealt = _dealt(len(new), len(rows), n_draws, random)
    found: dict[str, Float64Array] = {}
    contrasts: dict[bytes, Weights] = {}
    for name, (there, measure) in _measures(rows).items():
        own = dealt[0, there]
        if own.any() and not own.all():
            key = there.tobytes()
            if key not in contrasts:
                contrasts[key] = _contrast(dealt[:, there])
            found[name] = measure(contrasts[key])
    if not found:
        return {}
    values = np.stack([_in_steps(value) for value in found.values()])
    p = rankdata(-values, method="max", axis=1) / values.shape[1]
    # p-values come in steps; deals of one least p-value are told apart by all of theirs together.
    within = rankdata(np.log(p).sum(axis=0), method="max") / (p.shape[1] + 1) / p.shape[1]
    shared = p / np.array([[_SHARES[name]] for name in found])
    least = np.sort(shared.min(axis=0) + within)
    adjusted = np.searchsorted(least, shared[:, 0] + within[0], side="right") / len(least)
    return {name: Judged(float(p[at, 0]), float(adjusted[at])) for at, name in enumerate(found)}


def _in_steps(values: Float64Array) -> Float64Array:
    """Return values of which those that differ in their last bits are alike."""
    values = np.where(values < _NOTHING, 0.0, values)
    steps: Float64Array = np.round(values / max(float(values.max()), _NOTHING), 5)
    return steps


def _dealt(
    n_new: int, n_rows: int, n_draws: int, random: np.random.RandomState
) -> npt.NDArray[np.bool_]:
    """Return which rows are taken for new ones: the first n as they are, then in every deal."""
    least = random.random_sample((n_draws, n_rows)).argpartition(n_new - 1, axis=1)[:, :n_new]
    dealt = np.zeros((n_draws + 1, n_rows), dtype=bool)
    dealt[0, :n_new] = True
    np.put_along_axis(dealt[1:], least, True, axis=1)
    return dealt


def _contrast(new: npt.NDArray[np.bool_]) -> Weights:
    """Return weights whose product with values is the mean of the new less that of the old.

    It is in units of what chance makes of so many rows: of those that can be read, not every deal
    makes as many new ones.
    """
    n_new = np.maximum(new.sum(axis=1, keepdims=True), 1)
    n_old = np.maximum(new.shape[1] - n_new, 1)
    unit = np.sqrt(n_new * n_old / (n_new + n_old))
    found: Weights = np.where(
        new, (unit / n_new).astype(np.float32), -(unit / n_old).astype(np.float32)
    )
    return found


def _measures(
    rows: Seen,
) -> Mapping[str, tuple[npt.NDArray[np.bool_], Callable[[Weights], Float64Array]]]:
    """Return each measure and the rows that it is of."""
    every = np.ones(len(rows), dtype=bool)
    sure = rows.readable & np.isfinite(rows.confidence)
    near = rows.readable & ~np.isnan(rows.far)
    return {
        "languages": (every, lambda w: largest_share(w, rows.spoken)),
        "coverage": (near, lambda w: w @ np.minimum(rows.far[near], _FAR).astype(np.float32)),
        "vectors": (
            rows.readable,
            lambda w: separation(w, rows.vectors[rows.readable], rows.langs[rows.readable]),
        ),
        "classes": (
            rows.readable,
            lambda w: (
                largest_mean(w, rows.proba[rows.readable])
                if rows.proba.shape[1]
                else largest_share(w, rows.classes[rows.readable])
            ),
        ),
        "confidence": (sure, lambda w: largest_gap(w, rows.confidence[sure])),
    }


def largest_share(contrast: Weights, names: npt.NDArray[Any]) -> Float64Array:
    """Return by how many standard errors that share has changed which has changed most."""
    codes = np.unique(names.astype(str), return_inverse=True)[1]
    if not codes.any():  # one name alone
        return np.zeros(len(contrast))
    told = np.eye(codes.max() + 1, dtype=np.float32)[codes]
    shares = told.mean(axis=0)
    found: Float64Array = np.abs(contrast @ told / np.sqrt(shares * (1.001 - shares))).max(axis=1)
    return found


def largest_mean(contrast: Weights, proba: Float64Array) -> Float64Array:
    """Return by how many standard errors that mean probability has changed which has most."""
    own = (proba - proba.mean(axis=0)).astype(np.float32)
    found: Float64Array = np.abs(contrast @ own / np.maximum(own.std(axis=0), 1e-6)).max(axis=1)
    return found


def largest_gap(contrast: Weights, values: Float64Array) -> Float64Array:
    """Return the largest difference of the two distribution functions (Kolmogorov-Smirnov)."""
    order = np.argsort(values, kind="stable")
    ends = np.append(np.diff(values[order]) > 0, True)  # between equal values there is no gap
    gaps: Float64Array = np.abs(np.cumsum(contrast[:, order], axis=1)[:, ends]).max(axis=1)
    return gaps


def separation(contrast: Weights, vectors: Any, langs: npt.NDArray[Any]) -> Float64Array:
    r"""Return how well a linear classifier tells new rows from old ones, beyond most deals.

    It is :math:`d^\top (S + \lambda I)^{-1} d` of the difference d of means, with the scatter S of
    all rows about the mean of their language: a change of the mix of languages alone is none here.
    Of two dampings, that counts by which the row of `contrast` stands out more.
    """
    rows = centred(vectors, langs)
    means = contrast @ rows
    found = np.zeros(len(means))
    for damping in _DAMPINGS:
        values = quadratic(means, _damped(rows, damping))
        spread = max(float(values.std()), 1e-12)
        found = np.maximum(found, (values - values.mean()) / spread)
    return found


def quadratic(means: Weights, scatter: Weights) -> Float64Array:
    """Return the squared length of each row, in units of a scatter."""
    factor = linalg.cho_factor(scatter, lower=True, overwrite_a=True, check_finite=False)
    found: Float64Array = (means * linalg.cho_solve(factor, means.T).T).sum(axis=1)
    return found


def centred(vectors: Any, langs: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Return rows less the mean of all rows of their language."""
    rows = np.array(vectors[:, vectors.any(axis=0)], dtype=np.float32)
    for lang in set(langs):
        own = langs == lang
        rows[own] -= rows[own].mean(axis=0)
    return rows


def _damped(rows: Weights, damping: float) -> Weights:
    """Return the scatter of rows, no direction of which is left without any."""
    scatter: Weights = rows.T @ rows / np.float32(len(rows))
    level = max(float(np.trace(scatter)) / max(len(scatter), 1), 1e-12)
    scatter.flat[:: len(scatter) + 1] += damping * level
    return scatter


def told_apart(
    reference: Seen, new: Seen, random: np.random.RandomState
) -> tuple[float, Float64Array]:
    """Return how often a classifier that sees vectors ranks a new row above an old one.

    With it comes its score for every new row, by a fit that has not seen the row; rows that cannot
    be read have none.
    """
    rows = Seen.joined([new, reference])
    scores = np.full(len(rows), np.nan)
    chosen = np.flatnonzero(rows.readable)
    is_new = chosen < len(new)
    if len(chosen) >= 2 * _FOLDS and _FOLDS <= is_new.sum() <= len(chosen) - _FOLDS:
        vectors = centred(rows.vectors[chosen], rows.langs[chosen])
        fold = random.permutation(len(chosen)) % _FOLDS
        for part in range(_FOLDS):
            test, fit = fold == part, fold != part
            if is_new[fit].all() or not is_new[fit].any():
                continue
            gap = vectors[fit & is_new].mean(axis=0) - vectors[fit & ~is_new].mean(axis=0)
            line = linalg.solve(
                _damped(vectors[fit], _DAMPINGS[-1]), gap, assume_a="pos", check_finite=False
            )
            scores[chosen[test]] = vectors[test] @ line
    known = np.isfinite(scores[chosen])
    ranks, fresh = rankdata(scores[chosen][known]), is_new[known]
    n_new, n_old = int(fresh.sum()), int((~fresh).sum())
    if not n_new or not n_old:
        return float("nan"), scores[: len(new)]
    above = ranks[fresh].sum() - n_new * (n_new + 1) / 2
    return float(above / (n_new * n_old)), scores[: len(new)]
