"""Scorers for grid search that need no target label."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    as_float_matrix,
    as_numpy,
    partner_ranks,
    unit_rows,
)
from langalign_sk.corpus import ParallelCorpus, TextPool
from langalign_sk.maps import COUNT, one_of
from langalign_sk.measures import checked
from langalign_sk.selection._consistency import prediction_consistency, warn_if_seen
from langalign_sk.selection._rows import (
    drawn_pairs,
    layout_of,
    pair_rows,
    pair_weights,
    parts_of,
    pool_rows,
    probabilities,
    up_to_aligner,
)

_CLASSES = ("agreement", "kappa", "soft", "transfer")
_VECTORS = ("cosine", "r2", "csls")


class PairScorer:
    r"""Score an estimator by held-out sentence pairs, for ``GridSearchCV(scoring=...)``.

    Parameters
    ----------
    pairs : ParallelCorpus, default=None
        Pairs that the estimator's aligner is NOT fitted on: ``fit, held_out = pairs.split(0.8)``.
        None takes the rows of each test fold as pairs, for a search over an aligner alone:
        ``GridSearchCV(LangAligner("y"), ..., cv=PairKFold()).fit(source_vectors, target_vectors)``.
    measure : str, default="soft"
        Of the predictions, `prediction_consistency`:

        - "agreement": share of pairs with the same class on both sides;
        - "kappa": the same beyond chance;
        - "soft": the same for classes drawn with their probabilities;
        - "transfer": "soft" times the accuracy on the rows of the test fold, which must be
          labelled source rows, as in a search: right in one language and the same in the other.

        Of the vectors behind the aligner:

        - "cosine": mean cosine of the two sides;
        - "r2": explained variance, 1 - sum |a - b|^2 / sum |b - mean(b)|^2 where b is the side
          that stays and a the one that moves;
        - "csls": share of rows whose nearest row on the other side by CSLS is their translation,
          mean of both directions.
    max_pairs : int or None, default=1000
        Keep this many pairs at most, drawn at random once.
    random_state : int, RandomState or None, default=0
        Of the drawing.

    See Also
    --------
    prediction_consistency : The figures for one fitted classifier.
    TargetScorer : Scores from unpaired target rows.
    PairKFold : Folds of pairs that share no text.

    Notes
    -----
    Larger is better for all. Given `pairs`, all but "transfer" ignore the `X` and `y` of a fold:
    the score of a candidate depends on the folds only through the head. "soft" and "transfer" rise
    where the head is surer of its classes, as with a weaker penalty, right or wrong; "kappa" does
    not. `docs/developer/choosing.md` says how well each follows the accuracy in the target
    language.

    Only the pairs drawn are kept, and pickled with the scorer; inside `without_pairs` none are.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.pipeline import Pipeline
    >>> from langalign_sk import LangAligner, ParallelCorpus, RidgeMap
    >>> from langalign_sk.selection import PairScorer
    >>> rng = np.random.default_rng(0)
    >>> source = rng.normal(size=(300, 5))
    >>> pairs = ParallelCorpus(source, source @ rng.normal(size=(5, 5)) + 3, target_lang="ko")
    >>> fit, held_out = pairs.split(200, random_state=0)
    >>> X = rng.normal(size=(100, 5))
    >>> pipe = Pipeline([("align", LangAligner(fit, method=RidgeMap())),
    ...                  ("clf", LogisticRegression())])
    >>> grid = {"align__method__alpha": [0.01, 100.0]}
    >>> search = GridSearchCV(pipe, grid, scoring=PairScorer(held_out), cv=2)
    >>> search.fit(X, X[:, 0] > 0).best_params_
    {'align__method__alpha': 0.01}
    """

    @checked(measure=[one_of(*_CLASSES, *_VECTORS)], max_pairs=[COUNT, None])
    def __init__(
        self,
        pairs: ParallelCorpus | None = None,
        measure: str = "soft",
        *,
        max_pairs: int | None = 1000,
        random_state: Any = 0,
    ) -> None:
        if pairs is not None:
            pairs, _ = drawn_pairs(pairs, max_pairs, random_state)
        elif measure in _CLASSES:
            raise ValueError(
                f"measure={measure!r} compares predictions on pairs, which must be given: "
                "PairScorer(held_out_pairs, ...)"
            )
        self.pairs = pairs
        self.measure = measure

    def __call__(self, estimator: Any, X: Any = None, y: Any = None) -> float:
        """Score a fitted estimator; without pairs of its own, `X` and `y` are the pairs."""
        pairs = self.pairs
        if pairs is None:
            pairs = _pairs_of_fold(X, y)
        if self.measure in _CLASSES:
            found = prediction_consistency(estimator, pairs, max_pairs=None)
            if self.measure != "transfer":
                value = float(getattr(found, self.measure))
            elif X is None or y is None:
                raise ValueError('measure="transfer" needs labelled source rows X and y')
            else:
                hits = np.asarray(estimator.predict(X)) == np.asarray(y)
                value = float(hits.mean()) * max(found.soft, 0.0)
            if np.isnan(value):
                raise ValueError(
                    f"measure={self.measure!r} needs predict_proba, which this "
                    f'{type(estimator).__name__} lacks; take measure="kappa"'
                )
            return value
        warn_if_seen(estimator, pairs)
        a, b = _behind_aligner(estimator, pairs)
        return _of_vectors(self.measure, a, b, pair_weights(pairs))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.pairs!r}, {self.measure!r})"


class TargetScorer:
    r"""Score a classifier by how it takes unlabelled target rows, for ``GridSearchCV``.

    Parameters
    ----------
    unlabeled : TextPool, or rows as the estimator takes them
        Unlabelled target texts or vectors.
    measure : str, default="confidence"
        - "confidence": mean probability of the predicted class;
        - "entropy": minus the mean entropy of the class probabilities;
        - "information": entropy of the mean class probabilities minus their mean entropy, which
          a classifier that gives all rows one class does not reach.

    See Also
    --------
    PairScorer : Scores from held-out sentence pairs.

    Notes
    -----
    Larger is better for all, and none looks at a label: a classifier may be confidently wrong.
    `docs/developer/choosing.md` says how well they follow the accuracy in the target language.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from langalign_sk.selection import TargetScorer
    >>> X = np.linspace(-1, 1, 20)[:, None]
    >>> model = LogisticRegression(C=100).fit(X, X[:, 0] > 0)
    >>> far, near = TargetScorer(3 * X), TargetScorer(X / 3)
    >>> far(model) > near(model)
    True
    """

    @checked(measure=[one_of("confidence", "entropy", "information")])
    def __init__(self, unlabeled: Any, measure: str = "confidence") -> None:
        self.unlabeled = unlabeled
        self.measure = measure

    def __call__(self, estimator: Any, X: Any = None, y: Any = None) -> float:
        """Score a fitted classifier; `X` and `y` are ignored."""
        proba = probabilities(estimator, pool_rows(estimator, self.unlabeled))
        if proba is None:
            raise ValueError(
                f"TargetScorer needs a classifier with predict_proba; {type(estimator).__name__} "
                "has none"
            )
        if self.measure == "confidence":
            return float(proba.max(axis=1).mean())
        entropy = float(_entropy(proba).mean())
        if self.measure == "entropy":
            return -entropy
        return float(_entropy(proba.mean(axis=0, keepdims=True))[0]) - entropy

    def __repr__(self) -> str:
        rows = self.unlabeled
        shown = repr(rows) if isinstance(rows, TextPool) else f"<{type(rows).__name__}>"
        return f"{type(self).__name__}({shown}, {self.measure!r})"


def _entropy(proba: Float64Array) -> Float64Array:
    """Return the entropy of each row, in nats."""
    logs = np.log(proba, where=proba > 0, out=np.zeros_like(proba))
    entropy: Float64Array = -(proba * logs).sum(axis=1)
    return entropy


def _pairs_of_fold(X: Any, y: Any) -> ParallelCorpus:
    """Return the rows of a fold as pairs."""
    if y is None or np.ndim(as_numpy(y)) != 2:
        raise ValueError(
            "PairScorer without pairs scores (source vectors, target vectors), as in "
            "GridSearchCV(LangAligner('y'), ...).fit(source_vectors, target_vectors); for a "
            "pipeline with a classifier give it held-out pairs: PairScorer(held_out)"
        )
    return ParallelCorpus(X, y, source_lang="source", target_lang="target")


def _behind_aligner(estimator: Any, pairs: ParallelCorpus) -> tuple[FloatArray, FloatArray]:
    """Return vectors of the side that moves and of the one that stays, behind the aligner."""
    align = up_to_aligner(estimator)
    stays = next((p.stays_ for p in parts_of(estimator) if hasattr(p, "stays_")), None)
    turned = stays is not None and stays in (pairs.source_lang, "source")

    def aligned(rows: Any, name: str) -> FloatArray:
        return as_float_matrix(as_numpy(align.transform(rows)), name=f"{name} pairs, aligned")

    widths = pairs.widths
    if stays and widths and widths[0] != widths[1] and layout_of(estimator, pairs.layout) is None:
        # Without blocks an aligner takes rows of the width that moves alone.
        if turned:
            return aligned(pairs.target, "target"), pairs.source
        return aligned(pairs.source, "source"), pairs.target
    source, target = map(aligned, pair_rows(estimator, pairs), ("source", "target"))
    return (target, source) if turned else (source, target)


def _of_vectors(measure: str, a: FloatArray, b: FloatArray, weights: Float64Array) -> float:
    """Return one of the vector measures of rows `a` and their counterparts `b`."""
    if a.shape[1] != b.shape[1]:
        raise ValueError(
            f"the two sides of the pairs are {a.shape[1]} and {b.shape[1]} wide where they are "
            "compared; they must come out of one aligner"
        )
    if measure == "cosine":
        return float(weights @ np.einsum("ij,ij->i", unit_rows(a), unit_rows(b)))
    if measure == "r2":
        centred = np.asarray(b - weights @ b, dtype=np.float64)
        total = float(weights @ (centred**2).sum(axis=1))
        error = float(weights @ (np.asarray(a - b, dtype=np.float64) ** 2).sum(axis=1))
        return 1 - error / total if total > 0 else float("-inf")
    return float(np.mean([weights @ side.hits(1) for side in partner_ranks(a, b, method="csls")]))
