"""Estimates of the accuracy in the target language, without target labels."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from numbers import Integral
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import softmax
from sklearn.base import clone
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.utils import _safe_indexing

from langalign_sk._numeric import Float64Array
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.maps import COUNT, PART, Numbers
from langalign_sk.measures import checked
from langalign_sk.selection._calibration import sharpened, sharpness
from langalign_sk.selection._consistency import beyond_chance, warn_if_seen
from langalign_sk.selection._doubts import doubt, mute, too_far, trained_before, unlike
from langalign_sk.selection._rows import (
    as_it_reads,
    check_pairs,
    drawn_pairs,
    pair_rows,
    pair_weights,
    pool_rows,
    probabilities,
    random_numbers,
)

#: A loss on the pairs is believed in whole from here on; chosen in benchmarks/estimate.py, as is
#: what is not known of the estimate: a part in any case, a part of the loss.
_WHOLE = 0.25
_UNKNOWN = 0.03, 0.15


@dataclass(frozen=True)
class AccuracyEstimate:
    """Accuracy to expect in the target language, and its grounds.

    Attributes
    ----------
    estimate : float
        Estimated accuracy on target-language rows.
    low, high : float
        Interval around it.
    reliable : bool
        False where something is known to break the estimate; do not act on it then.
    reason : str
        Why it is not reliable; empty where it is.
    source_accuracy : float
        Cross-validated accuracy on the labelled source rows.
    agreement : float
        Share of the pairs that get the same class on both sides.
    kappa : float
        The same beyond chance.
    n_pairs : int
        Pairs looked at.
    floor : float
        The accuracy if all the disagreement on the pairs were loss; see `estimate_target_accuracy`.
    """

    estimate: float
    low: float
    high: float
    reliable: bool
    reason: str
    source_accuracy: float
    agreement: float
    kappa: float
    n_pairs: int
    floor: float

    def summary(self) -> str:
        """Return the estimate in words."""
        text = (
            f"about {self.estimate:.2f} in the target language ({self.low:.2f} to "
            f"{self.high:.2f}), from {self.source_accuracy:.2f} in the source language and "
            f"{self.agreement:.0%} agreement on {self.n_pairs} pairs"
        )
        return text if self.reliable else f"unreliable here: {self.reason} (would be {text})"


@checked(cv=[Numbers(Integral, 2, None, closed="left")], max_pairs=[COUNT, None], confidence=[PART])
def estimate_target_accuracy(
    estimator: Any,
    X: Any,
    y: Any,
    pairs: ParallelCorpus,
    unlabeled: Any = None,
    *,
    cv: int = 5,
    max_pairs: int | None = 2000,
    confidence: float = 0.9,
    random_state: Any = 0,
) -> AccuracyEstimate:
    r"""Estimate the accuracy on target rows from source labels and held-out pairs.

    Parameters
    ----------
    estimator : classifier
        Pipeline whose aligner was given OTHER pairs. It is cloned and fitted, not changed.
    X : array-like or sequence
        Labelled source rows, as `estimator` takes them.
    y : array-like
        Their classes.
    pairs : ParallelCorpus
        Held-out pairs, texts or vectors as `estimator` takes them; for one that reads rows of two
        texts apart, single sentences may be taken two at a time.
    unlabeled : TextPool or rows, default=None
        Unlabelled target rows of the kind to be classified.
    cv : int, default=5
        Folds on the source rows.
    max_pairs : int or None, default=2000
        Look at this many pairs at most, drawn at random.
    confidence : float, default=0.9
        Nominal confidence of the interval.
    random_state : int, RandomState or None, default=0
        Of folds and drawing.

    Returns
    -------
    AccuracyEstimate

    See Also
    --------
    prediction_consistency : The agreement alone.
    coverage : Whether the pairs are of the kind of text to be classified.

    Notes
    -----
    Probabilities (of decision values, where there are none) are calibrated by one exponent
    (temperature scaling) on the labelled rows, by cross-validation. The *floor* f is the accuracy
    if nothing told a pair's class better than the source side does: the source side's probability
    of the target side's class, as a rising function (isotonic regression) of the source side's
    confidence, averaged over the labelled rows. With `unlabeled`, it is the mean of this and the
    same as a function of the target side's confidence, averaged over the unlabelled rows.

    The floor is too low where both languages are read about equally well, because both sides are in
    doubt of text that is not the task's, and disagree. Of the loss :math:`l = a - f` from the
    source accuracy a to the floor, the estimate takes off :math:`l \min(1, l / 0.25)`: hardly
    anything of a small loss, all of a large one. The standard error joins the sampling errors of a
    and f and :math:`0.03 + 0.15\,l` for what is not known. The constants were chosen on real text;
    `docs/developer/choosing.md` says how they do on tasks and encoders that they were not chosen
    on.

    It says "unreliable" with few pairs; with a classifier that was trained before (frozen, or still
    naming the old classes where those of the labels are exchanged), is no good in the source
    language or does not say how sure it is; with hardly any agreement; for text that the pairs do
    not cover (:func:`coverage`, where `unlabeled` is a TextPool of vectors, or of texts for a
    pipeline with an `EmbeddingExtractor`); and without `unlabeled` sooner, where kappa is below
    0.45 or the classifier much less sure of the pairs than of the labelled rows.

    References
    ----------
    C. Guo et al. On calibration of modern neural networks. ICML 2017 (temperature); S. Garg et al.
    Leveraging unlabeled data to predict out-of-distribution performance. ICLR 2022.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from langalign_sk import LangAligner, ParallelCorpus
    >>> from langalign_sk.selection import estimate_target_accuracy
    >>> rng = np.random.default_rng(0)
    >>> source = rng.normal(size=(700, 5))
    >>> noise = rng.normal(size=(700, 5))
    >>> pairs = ParallelCorpus(source, source[:, ::-1] + noise + 3, target_lang="ko")
    >>> fit, held_out = pairs.split(400, random_state=0)
    >>> X = rng.normal(size=(300, 5))
    >>> pipe = make_pipeline(LangAligner(fit), LogisticRegression())
    >>> found = estimate_target_accuracy(pipe, X, X[:, 0] > 0, held_out)
    >>> found.reliable, 0.6 < found.estimate < found.source_accuracy
    (True, True)
    """
    labels = np.asarray(y)
    classes, truth, counts = np.unique(labels, return_inverse=True, return_counts=True)
    random = random_numbers(random_state)
    fitted = clone(estimator).fit(X, y)
    rows = _out_of_fold(estimator, X, y, classes, cv, random)
    pairs = as_it_reads(fitted, check_pairs(pairs))
    chosen, _ = drawn_pairs(pairs, max_pairs, random)
    warn_if_seen(fitted, chosen)
    a, b = (_answers(fitted, side, classes) for side in pair_rows(fitted, chosen))
    pool = None if unlabeled is None else _answers(fitted, pool_rows(fitted, unlabeled), classes)
    weights = pair_weights(chosen)
    accuracy = float(np.mean(rows.named == truth))
    floor, distance = _floor(rows, truth, a, b, pool, weights)
    loss = max(accuracy - floor, 0.0)
    estimate = accuracy - loss * min(1.0, loss / _WHOLE)
    variance = accuracy * (1 - accuracy) / len(labels) + floor * (1 - floor) * weights @ weights
    spread = np.sqrt(variance + (_UNKNOWN[0] + _UNKNOWN[1] * loss) ** 2)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * float(spread)
    kappa = beyond_chance(a.named, b.named, weights)
    reason = (
        trained_before(estimator, X, y)
        or mute(fitted)
        or doubt(chosen.n_pairs, kappa, accuracy, counts.max() / len(labels))
        or (too_far(fitted, pairs, unlabeled) if pool else unlike(kappa, distance))
    )
    return AccuracyEstimate(
        estimate=estimate,
        low=max(estimate - half, 0.0),
        high=min(estimate + half, 1.0),
        reliable=not reason,
        reason=reason,
        source_accuracy=accuracy,
        agreement=float(weights @ (a.named == b.named)),
        kappa=kappa,
        n_pairs=chosen.n_pairs,
        floor=floor,
    )


class _Answers(NamedTuple):
    """The number of the class each row gets, and its probabilities."""

    named: npt.NDArray[np.intp]
    proba: Float64Array

    def sure(self, exponent: float, named: npt.NDArray[np.intp] | None = None) -> Float64Array:
        """Return the calibrated probability of each row's class, or of another."""
        rows = np.arange(len(self.named))
        found: Float64Array = sharpened(self.proba, exponent)[
            rows, self.named if named is None else named
        ]
        return found


def _floor(
    rows: _Answers,
    truth: npt.NDArray[np.intp],
    a: _Answers,
    b: _Answers,
    pool: _Answers | None,
    weights: Float64Array,
) -> tuple[float, float]:
    """Return the accuracy if the source sides know all there is to know of the pairs' classes.

    With it comes how much surer the classifier is of the labelled rows than of the pairs.
    """
    even = np.full(len(truth), 1 / len(truth))
    of_source = sharpness(rows.proba, np.eye(rows.proba.shape[1])[truth], even)
    sure_x, sure_a = rows.sure(of_source), a.sure(of_source)
    distance = float(sure_x.mean() - weights @ sure_a)
    right = a.sure(of_source, b.named)
    floor = _carried(sure_a, right, weights, sure_x)
    if pool is not None:
        floor += _carried(b.sure(of_source), right, weights, pool.sure(of_source))
        floor /= 2
    return floor, distance


def _carried(
    sure: Float64Array, right: Float64Array, weights: Float64Array, task: Float64Array
) -> float:
    """Return the mean over the task of `right` as a rising function of how sure one is."""
    rising = IsotonicRegression(out_of_bounds="clip").fit(sure, right, sample_weight=weights)
    return float(rising.predict(task).mean())


def _out_of_fold(
    estimator: Any,
    X: Any,
    y: Any,
    classes: npt.NDArray[Any],
    cv: int,
    random: np.random.RandomState,
) -> _Answers:
    """Answer for each source row by a fit without it."""
    labels = np.asarray(y)
    named = np.empty(len(labels), np.intp)
    proba = np.empty((len(labels), len(classes)))
    folds = StratifiedKFold(cv, shuffle=True, random_state=random.randint(2**31 - 1))
    with warnings.catch_warnings():
        # A class of few rows is not always learned where it is tested, and that is how it counts.
        warnings.filterwarnings("ignore", message="The least populated class in y")
        cut = list(folds.split(labels, labels))
    for train, test in cut:
        fitted = clone(estimator).fit(_safe_indexing(X, train), _safe_indexing(y, train))
        named[test], proba[test] = _answers(fitted, _safe_indexing(X, test), classes)
    return _Answers(named, proba)


def _answers(fitted: Any, rows: Any, classes: npt.NDArray[Any]) -> _Answers:
    """Ask for classes and probabilities, or what stands for these; else ones and zeros."""
    # Not from the probabilities: a classifier may have a threshold of its own.
    is_class = np.asarray(fitted.predict(rows))[:, None] == classes
    named = is_class.argmax(axis=1)
    proba = probabilities(fitted, rows)
    if proba is None:
        proba = _from_decisions(fitted, rows)
    if proba is None:
        return _Answers(named, is_class.astype(np.float64))
    return _Answers(named, proba @ (np.asarray(fitted.classes_)[:, None] == classes))


def _from_decisions(fitted: Any, rows: Any) -> Float64Array | None:
    """Return what calibration can make probabilities of; None without a value for each class."""
    if not hasattr(fitted, "decision_function") or not hasattr(fitted, "classes_"):
        return None
    values = np.asarray(fitted.decision_function(rows), dtype=np.float64)
    if values.ndim == 1:
        values = np.stack([np.zeros(len(values)), values], axis=1)
    made: Float64Array = softmax(values, axis=1)
    return made if made.shape[1] == len(fitted.classes_) else None
