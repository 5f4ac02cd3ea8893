"""Estimates of the accuracy in the target language, without target labels."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
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
    drawn_pairs,
    extractor_of,
    pair_rows,
    pair_weights,
    pool_rows,
    probabilities,
    random_numbers,
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
    assumptions that fail together. It says "unreliable" with few pairs, with a frozen classifier or
    one that is no good in the source language, with hardly any agreement, and for text that the
    pairs do not cover (:func:`coverage`, where `unlabeled` is a TextPool of vectors, or of texts
    for a pipeline with an `EmbeddingExtractor`). `docs/choosing.md` has its errors on real text.

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
    pairs, labels = check_pairs(pairs), np.asarray(y)
    random = random_numbers(random_state)
    fitted = clone(estimator).fit(X, y)
    right, conf_x = _out_of_fold(estimator, X, y, cv, random)
    chosen, _ = drawn_pairs(pairs, max_pairs, random)
    warn_if_seen(fitted, chosen)
    (a, conf_a), (b, conf_b) = (_classes(fitted, side) for side in pair_rows(fitted, chosen))
    conf_u = None if unlabeled is None else _classes(fitted, pool_rows(fitted, unlabeled))[1]
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    # Numbers for classes: comparing names in every bootstrap sample would take most of the time.
    a, b = np.unique(np.concatenate([a, b]), return_inverse=True)[1].reshape(2, -1)
    rows = [right, conf_x]
    sides: list[Any] = [a, b, conf_a, conf_a if conf_u is None else conf_b, pair_weights(chosen)]
    task = conf_x if conf_u is None else conf_u
    ways, draws = _ways(rows, sides, task, shares), []
    for _ in range(_DRAWS):
        i, j = (random.randint(len(one), size=len(one)) for one in (right, a))
        k = i if conf_u is None else random.randint(len(task), size=len(task))
        drawn = _ways([one[i] for one in rows], [one[j] for one in sides], task[k], shares)
        draws.append(drawn)
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    kappa, accuracy = beyond_chance(a, b, sides[-1]), float(right.mean())
    reason = (
        _frozen(estimator)
        or _doubt(chosen.n_pairs, kappa, accuracy, float(shares.max()))
        or _too_far(fitted, pairs, unlabeled)
    )
    return AccuracyEstimate(
        estimate=float(np.mean(ways)),
        low=max(float(low.min()) - _MARGIN, 0.0),
        high=min(float(high.max()) + _MARGIN, 1.0),
        reliable=not reason,
        reason=reason,
        source_accuracy=accuracy,
        agreement=float(sides[-1] @ (a == b)),
        kappa=kappa,
        n_pairs=chosen.n_pairs,
        ways=ways,
    )


def _ways(
    rows: list[Any], sides: list[Any], task: Float64Array, shares: Float64Array
) -> tuple[float, float]:
    """Return the accuracy by each way of carrying it over to the task.

    `rows` are the source rows (right or not, confidence), `sides` the pairs (both classes, the
    source side's confidence, the one that is carried over, weight), `task` confidences to carry it
    to.
    """
    right, conf_x = rows
    a, b, conf_a, carried, weights = sides
    weights = weights / weights.sum()
    known = _isotonic(conf_x, right).predict(conf_a)
    by_chance = (1 - known) / max(len(shares) - 1, 1)
    target_right = np.where(a == b, known, by_chance)
    chance = float((shares**2).sum())
    kappa = max(beyond_chance(a, b, weights), 0.0)
    shrunk = chance + (float(right.mean()) - chance) * kappa
    return float(_isotonic(carried, target_right, weights).predict(task).mean()), shrunk


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


def _frozen(estimator: Any) -> str:
    """Say that a classifier is frozen: cross-validation cannot fit it without a row."""
    inner = estimator.get_params(deep=True).values()
    if any(isinstance(part, FrozenEstimator) and hasattr(part, "predict") for part in inner):
        return "the classifier is frozen and may have been fitted on these very rows"
    return ""


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
        encoder = extractor_of(fitted)
        if encoder is None or not unlabeled.is_text:
            return ""
        pairs, unlabeled = pairs.embed(encoder), unlabeled.embed(encoder)
    if unlabeled.is_text or pairs.n_pairs < _FEW_PAIRS:
        return ""
    outside = coverage(pairs, unlabeled).outside
    if outside <= _FAR:
        return ""
    return f"{outside:.0%} of the unlabelled rows lie outside what the held-out pairs cover"
