"""Estimates of the accuracy in the target language, without target labels."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.utils import _safe_indexing

from langalign_sk._numeric import Float64Array
from langalign_sk.corpus import ParallelCorpus, TextPool
from langalign_sk.maps import COUNT, PART, Numbers
from langalign_sk.measures import checked
from langalign_sk.selection._consistency import beyond_chance, warn_if_seen
from langalign_sk.selection._coverage import coverage
from langalign_sk.selection._rows import (
    check_pairs,
    pair_rows,
    pair_weights,
    parts_of,
    pool_rows,
    probabilities,
    random_numbers,
    sampled,
)

_DRAWS = 100
_FEW_PAIRS = 100
_LOW_KAPPA = 0.3
_FAR = 0.5
#: What no model of agreement knows, on either side of the interval; see benchmarks/estimate.py.
_MARGIN = 0.05


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
    ways : tuple of float
        The accuracy by each of the two ways described in `estimate_target_accuracy`.
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
    ways: tuple[float, float]

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
        Held-out pairs, texts or vectors as `estimator` takes them.
    unlabeled : TextPool or rows, default=None
        Unlabelled target rows of the kind to be classified.
    cv : int, default=5
        Folds on the source rows.
    max_pairs : int or None, default=2000
        Look at this many pairs at most, drawn at random.
    confidence : float, default=0.9
        Nominal confidence of the interval; on real text it has held the truth less often.
    random_state : int, RandomState or None, default=0
        Of folds, drawing and bootstrap.

    Returns
    -------
    AccuracyEstimate

    See Also
    --------
    prediction_consistency : The agreement alone.
    coverage : Whether the pairs are of the kind of text to be classified.

    Notes
    -----
    A target row of a pair is right where it gets the class of its source row and that one is right;
    where the classes differ, it is right by chance if the source row is wrong. How likely a source
    row is right, given its confidence, is learned on the labelled rows by cross-validation
    (isotonic regression). Two ways carry this over from the pairs to the task:

    1. as a function of the target side's confidence, averaged over `unlabeled`; without these, of
       the source side's confidence, averaged over the labelled rows, which is less exact;
    2. by shrinking what the source accuracy :math:`a` has above chance by kappa:
       :math:`c + (a - c)\kappa` with :math:`c = \sum_k P(k)^2` of the labels.

    The estimate is their mean. The interval spans the bootstrap intervals of both and a margin of
    0.05 on either side, without which it would contain the truth too rarely: the ways share
    assumptions that fail together. It says "unreliable" with few pairs, with a classifier that is
    no good in the source language, with hardly any agreement, and for text that the pairs do not
    cover (:func:`coverage`, where `unlabeled` is a pool of vectors, or of texts for a pipeline
    with an `EmbeddingExtractor`). `docs/choosing.md` has its errors on real text.

    References
    ----------
    S. Garg et al. Leveraging unlabeled data to predict out-of-distribution performance. ICLR 2022
    (confidence alone); C. Baek et al. Agreement-on-the-line. NeurIPS 2022.

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
    pairs = check_pairs(pairs)
    labels = np.asarray(y)
    random = random_numbers(random_state)
    fitted = clone(estimator).fit(X, y)
    right, conf_x = _out_of_fold(estimator, X, y, cv, random)
    rows = sampled(pairs.n_pairs, max_pairs, random)
    chosen = pairs if len(rows) == pairs.n_pairs else pairs.take(rows)
    warn_if_seen(fitted, chosen)
    source, target = pair_rows(fitted, chosen)
    a, conf_a = _classes(fitted, source)
    b, conf_b = _classes(fitted, target)
    conf_u = None
    if unlabeled is not None:
        conf_u = _classes(fitted, pool_rows(fitted, unlabeled))[1]
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    # Numbers for classes: comparing names in every bootstrap sample would take most of the time.
    a, b = np.unique(np.concatenate([a, b]), return_inverse=True)[1].reshape(2, -1)
    sample = _Sample(right, conf_x, a, b, conf_a, conf_b, pair_weights(chosen), conf_u, shares)
    ways = sample.ways()
    draws = np.array([sample.resampled(random).ways() for _ in range(_DRAWS)])
    tail = (1 - confidence) / 2
    low = float(np.quantile(draws, tail, axis=0).min()) - _MARGIN
    high = float(np.quantile(draws, 1 - tail, axis=0).max()) + _MARGIN
    kappa = beyond_chance(a, b, sample.weights)
    accuracy = float(right.mean())
    reason = _doubt(chosen.n_pairs, kappa, accuracy, float(shares.max()))
    reason = reason or _too_far(fitted, pairs, unlabeled)
    return AccuracyEstimate(
        float(np.mean(ways)),
        max(low, 0.0),
        min(high, 1.0),
        not reason,
        reason,
        accuracy,
        float(sample.weights @ (a == b)),
        kappa,
        chosen.n_pairs,
        ways,
    )


@dataclass(frozen=True)
class _Sample:
    """Rows behind the estimate; resampled for its interval."""

    right: Float64Array
    conf_x: Float64Array
    a: npt.NDArray[Any]
    b: npt.NDArray[Any]
    conf_a: Float64Array
    conf_b: Float64Array
    weights: Float64Array
    conf_u: Float64Array | None
    shares: Float64Array

    def ways(self) -> tuple[float, float]:
        """Return the accuracy by each way of carrying it over."""
        agree = (self.a == self.b).astype(np.float64)
        known = _isotonic(self.conf_x, self.right).predict(self.conf_a)
        by_chance = (1 - known) / max(len(self.shares) - 1, 1)
        right = np.where(agree, known, by_chance)
        chance = float((self.shares**2).sum())
        kappa = max(beyond_chance(self.a, self.b, self.weights), 0.0)
        shrunk = chance + (float(self.right.mean()) - chance) * kappa
        on_pairs, on_task = self.conf_b, self.conf_u
        if on_task is None:
            on_pairs, on_task = self.conf_a, self.conf_x
        carried = _isotonic(on_pairs, right, self.weights).predict(on_task).mean()
        return float(carried), shrunk

    def resampled(self, random: np.random.RandomState) -> _Sample:
        """Draw a bootstrap sample of source rows, pairs and unlabelled rows."""
        i = random.randint(len(self.right), size=len(self.right))
        j = random.randint(len(self.a), size=len(self.a))
        conf_u = self.conf_u
        if conf_u is not None:
            conf_u = conf_u[random.randint(len(conf_u), size=len(conf_u))]
        weights = self.weights[j] / self.weights[j].sum()
        pairs = self.a[j], self.b[j], self.conf_a[j], self.conf_b[j], weights
        return _Sample(self.right[i], self.conf_x[i], *pairs, conf_u, self.shares)


def _isotonic(x: Float64Array, y: Float64Array, weights: Float64Array | None = None) -> Any:
    """Fit the rising step function of `x` nearest to `y`."""
    return IsotonicRegression(out_of_bounds="clip").fit(x, y, sample_weight=weights)


def _out_of_fold(
    estimator: Any, X: Any, y: Any, cv: int, random: np.random.RandomState
) -> tuple[Float64Array, Float64Array]:
    """Tell for each source row if a fit without it is right, and how confident it is."""
    labels = np.asarray(y)
    right, confidence = np.empty(len(labels)), np.empty(len(labels))
    folds = StratifiedKFold(cv, shuffle=True, random_state=random.randint(2**31 - 1))
    for train, test in folds.split(labels, labels):
        fitted = clone(estimator).fit(_safe_indexing(X, train), _safe_indexing(y, train))
        classes, confidence[test] = _classes(fitted, _safe_indexing(X, test))
        right[test] = classes == labels[test]
    return right, confidence


def _classes(fitted: Any, rows: Any) -> tuple[npt.NDArray[Any], Float64Array]:
    """Return the class of each row and its probability; 1 where there are none."""
    # Not from the probabilities: a classifier may have a threshold of its own.
    classes = np.asarray(fitted.predict(rows))
    proba = probabilities(fitted, rows)
    if proba is None:
        return classes, np.ones(len(classes))
    of_class = classes[:, None] == np.asarray(fitted.classes_)
    return classes, (proba * of_class).sum(axis=1)


def _doubt(n_pairs: int, kappa: float, accuracy: float, majority: float) -> str:
    """Name what is known to break the estimate; empty where nothing is."""
    if n_pairs < _FEW_PAIRS:
        return f"{n_pairs} pairs are too few, {_FEW_PAIRS} are needed"
    if accuracy <= majority + 0.02:
        return (
            f"in the source language itself it is right in {accuracy:.0%}, no better than always "
            f"naming the largest class ({majority:.0%})"
        )
    if kappa < _LOW_KAPPA:
        return f"the two sides of the pairs hardly agree beyond chance (kappa {kappa:.2f})"
    return ""


def _too_far(fitted: Any, pairs: ParallelCorpus, unlabeled: Any) -> str:
    """Say that unlabelled rows are of another kind than the pairs, where that can be told."""
    if not isinstance(unlabeled, TextPool):
        return ""
    if pairs.is_text:
        encoders = (p for p in parts_of(fitted) if hasattr(p, "embed_language"))
        encoder = next(encoders, None)
        if encoder is None or not unlabeled.is_text:
            return ""
        pairs, unlabeled = pairs.embed(encoder), unlabeled.embed(encoder)
    if unlabeled.is_text or pairs.n_pairs < _FEW_PAIRS:
        return ""
    outside = coverage(pairs, unlabeled).outside
    if outside <= _FAR:
        return ""
    return f"{outside:.0%} of the unlabelled rows lie outside what the held-out pairs cover"
