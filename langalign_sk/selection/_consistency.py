"""Consistency: the agreement of a classifier with itself over translations."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk._numeric import Float64Array
from langalign_sk._process import caches
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.maps import COUNT
from langalign_sk.measures import checked
from langalign_sk.selection._rows import (
    as_it_reads,
    drawn_pairs,
    pair_rows,
    pair_weights,
    parts_of,
    probabilities,
)


@dataclass(frozen=True, eq=False)
class Consistency:
    """Agreement of a classifier with itself over translations.

    Attributes
    ----------
    agreement : float
        Share of pairs whose two sides get the same class.
    kappa : float
        Agreement beyond chance (Cohen): 1 is perfect, 0 is what two sides would reach that know
        nothing of each other but have these class counts. 0 where all rows get one class.
    soft : float
        Kappa of classes drawn with the probabilities that the classifier gives them, so that
        doubtful rows count less; NaN for classifiers without ``predict_proba``.
    n_pairs : int
        Pairs looked at.
    seen : float
        Share of these pairs that the estimator's own maps were fitted on, as far as that shows:
        above 0 the other figures flatter.
    rows : ndarray of int
        Numbers of the pairs looked at, in the corpus.
    source_classes, target_classes : ndarray
        The class of each side of these pairs.
    """

    agreement: float
    kappa: float
    soft: float
    n_pairs: int
    seen: float
    rows: npt.NDArray[np.intp] = field(repr=False)
    source_classes: npt.NDArray[Any] = field(repr=False)
    target_classes: npt.NDArray[Any] = field(repr=False)

    @property
    def differing(self) -> npt.NDArray[np.intp]:
        """Numbers of the pairs whose two sides get different classes."""
        differing: npt.NDArray[np.intp] = self.rows[self.source_classes != self.target_classes]
        return differing

    def summary(self) -> str:
        """Return the figures in words."""
        text = (
            f"{self.agreement:.0%} of {self.n_pairs} sentence pairs get the same class in both "
            f"languages (kappa {self.kappa:.2f})"
        )
        return text if not self.seen else f"{text}; {self.seen:.0%} of them taught the map"


@checked(max_pairs=[COUNT, None])
def prediction_consistency(
    estimator: Any, pairs: ParallelCorpus, *, max_pairs: int | None = 1000, random_state: Any = 0
) -> Consistency:
    r"""Count the sentence pairs that a classifier puts into one class on both sides.

    Needs no label. A classifier that works in the target language as in the source language
    must agree with itself on translations; the reverse does not hold, as one that gives every
    row the same class agrees with itself too (`kappa` is then 0).

    Parameters
    ----------
    estimator : classifier
        Fitted. Anything with ``predict``.
    pairs : ParallelCorpus
        Pairs that the estimator's aligner was NOT fitted on, set aside with
        ``train, held_out = pairs.split(0.8)``: texts for a pipeline that takes texts, vectors for
        one that takes vectors (language blocks are restored). For one that reads rows of two texts
        apart, rows of two, or single sentences, which are then taken two at a time.
    max_pairs : int or None, default=1000
        Look at this many pairs at most, drawn at random.
    random_state : int, RandomState or None, default=0
        Of the drawing.

    Returns
    -------
    Consistency

    Warns
    -----
    UserWarning
        Where the estimator's aligner holds some of these very pairs.

    See Also
    --------
    PairScorer : The same as a scorer for grid search.
    estimate_target_accuracy : From consistency to an accuracy.

    Notes
    -----
    With classes :math:`a_i` and :math:`b_i` of the two sides of pair i, class distributions
    :math:`p_i` and :math:`q_i`, pair weights w_i (sum 1) and class shares :math:`P(k)`,
    :math:`Q(k)`:

    .. math::
        g = \sum_i w_i [a_i = b_i], \quad
        \kappa = \frac{g - \sum_k P(k) Q(k)}{1 - \sum_k P(k) Q(k)}, \quad
        \text{soft} = \frac{\sum_i w_i p_i \cdot q_i - \bar p \cdot \bar q}
        {1 - \bar p \cdot \bar q}

    with the weighted means of the distributions; where nothing is in doubt, soft is kappa.

    References
    ----------
    J. Cohen. A coefficient of agreement for nominal scales. Educational and Psychological
    Measurement 20(1), 1960.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from langalign_sk import LangAligner, ParallelCorpus
    >>> from langalign_sk.selection import prediction_consistency
    >>> X = np.random.default_rng(0).normal(size=(300, 5))
    >>> train, held_out = ParallelCorpus(X, X[:, ::-1] + 9, target_lang="ko").split(200)
    >>> pipe = make_pipeline(LangAligner(train, method="procrustes"), LogisticRegression())
    >>> found = prediction_consistency(pipe.fit(X, X[:, 0] > 0), held_out)
    >>> found.agreement, found.n_pairs
    (1.0, 100)
    """
    chosen, rows = drawn_pairs(as_it_reads(estimator, pairs), max_pairs, random_state)
    source, target = pair_rows(estimator, chosen)
    seen = warn_if_seen(estimator, chosen)
    weights = pair_weights(chosen)
    # Not from the probabilities: a classifier may have a threshold of its own.
    a, b = np.asarray(estimator.predict(source)), np.asarray(estimator.predict(target))
    p, q = probabilities(estimator, source), probabilities(estimator, target)
    soft = float("nan")
    if p is not None and q is not None:
        # The classes drawn from two distributions per pair.
        chance = float((weights @ p) @ (weights @ q))
        soft = _over(float(weights @ (p * q).sum(axis=1)), chance)
    agreement = float(np.average(a == b, weights=chosen.weight))
    kappa = beyond_chance(a, b, weights)
    return Consistency(agreement, kappa, soft, chosen.n_pairs, seen, rows, a, b)


def beyond_chance(a: npt.NDArray[Any], b: npt.NDArray[Any], weights: Float64Array) -> float:
    """Return Cohen's kappa; 0 where both sides know a single class, which shows nothing."""
    classes = np.unique(np.concatenate([a, b]))
    chance = sum(float(weights @ (a == k)) * float(weights @ (b == k)) for k in classes)
    return _over(float(weights @ (a == b)), chance)


def _over(agreement: float, chance: float) -> float:
    """Return what an agreement has over chance, as a share of what it could have."""
    return 0.0 if chance > 1 - 1e-12 else (agreement - chance) / (1 - chance)


def warn_if_seen(estimator: Any, pairs: ParallelCorpus) -> float:
    """Return the share of `pairs` that the estimator's maps were fitted on; warn above 0."""
    seen = seen_share(estimator, pairs)
    if seen:
        warnings.warn(
            f"{seen:.0%} of the {pairs.n_pairs} pairs are pairs that the map was fitted on, on "
            "which it looks better than it is: set some aside with train, held_out = "
            "pairs.split(0.8) and fit the aligner on the first part only",
            UserWarning,
            stacklevel=4,
        )
    return seen


def seen_share(estimator: Any, pairs: ParallelCorpus) -> float:
    """Return the share of `pairs` among those that parts of the estimator hold as parameters."""
    own = [
        corpus
        for part in parts_of(estimator)
        for corpus in _corpora(getattr(part, "pairs", None))
        if corpus.is_text == pairs.is_text
    ]
    if not own:
        return 0.0
    if any(corpus.fingerprint == pairs.fingerprint for corpus in own):
        return 1.0
    known = [
        caches.pair_numbers.get(corpus.fingerprint, partial(_number_set, corpus))
        for corpus in own
        if not corpus.detached
    ]
    return float(np.mean([any(one in numbers for numbers in known) for one in _numbers(pairs)]))


def _corpora(pairs: Any) -> list[ParallelCorpus]:
    """Return the corpora of a `pairs` parameter; bare arrays and "self" are left aside."""
    found = pairs if isinstance(pairs, list | tuple) else [pairs]
    return [corpus for corpus in found if isinstance(corpus, ParallelCorpus)]


def _numbers(pairs: ParallelCorpus) -> list[int]:
    """Return a number per pair, equal for equal pairs."""
    rows = zip(pairs.source, pairs.target, strict=True)
    if pairs.is_text and pairs.n_texts == 2:  # pairs of single sentences, one after the other
        return [hash(pair) for row in rows for pair in zip(*row, strict=True)]
    if pairs.is_text:
        return [hash(pair) for pair in rows]
    return [hash((left.tobytes(), right.tobytes())) for left, right in rows]


def _number_set(pairs: ParallelCorpus) -> frozenset[int]:
    """Return the numbers of all pairs."""
    return frozenset(_numbers(pairs))
