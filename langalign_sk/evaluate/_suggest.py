"""Which unlabelled rows to label next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from langalign_sk._numeric import FloatArray, as_float_matrix, as_numpy, nearest, unit_rows
from langalign_sk._numeric._arrays import Float64Array
from langalign_sk.corpus import TextPool
from langalign_sk.evaluate._consistency import probabilities
from langalign_sk.evaluate._sides import pool_rows
from langalign_sk.text import NgramEncoder
from langalign_sk.text._input import as_texts

if TYPE_CHECKING:
    import pandas as pd

_NEIGHBORS = 10


def suggest_labels(
    estimator: Any, unlabeled: Any, n: int = 100, *, max_similarity: float = 0.95
) -> pd.DataFrame:
    r"""Which target rows to label next.

    Prefers rows that the classifier is unsure of and that stand for many others, takes the
    predicted classes in turn, and passes over near-duplicates of rows already taken.

    Parameters
    ----------
    estimator : classifier
        Fitted, with ``predict_proba``.
    unlabeled : TextPool, or rows as `estimator` takes them
        Unlabelled target texts or vectors.
    n : int, default=100
        Rows to suggest, at most.
    max_similarity : float, default=0.95
        Rows whose cosine to a row already taken is above this are passed over.

    Returns
    -------
    DataFrame
        Best first: `row` (number in `unlabeled`), `text` (where there are texts), `score`,
        `prediction` (the class the classifier would give).

    See Also
    --------
    estimate_target_accuracy : Whether labels are needed at all.

    Notes
    -----
    The score is the product of two ranks, each scaled to (0, 1]: that of the uncertainty
    :math:`1 - (p_{(1)} - p_{(2)})`, the two largest class probabilities, and that of the mean
    cosine to the 10 nearest other rows.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from langalign_sk.evaluate import suggest_labels
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 4))
    >>> model = LogisticRegression().fit(X, X[:, 0] > 0)
    >>> found = suggest_labels(model, rng.normal(size=(500, 4)), n=20)
    >>> list(found.columns), len(found)
    (['row', 'score', 'prediction'], 20)
    """
    import pandas as pd

    if isinstance(n, bool) or n < 1:
        raise ValueError(f"n must be at least 1, got {n!r}")
    rows = pool_rows(estimator, unlabeled)
    proba = probabilities(estimator, rows)
    if proba is None:
        raise ValueError(
            "suggest_labels needs a classifier with predict_proba, to know which rows it is "
            f"unsure of; {type(estimator).__name__} has none"
        )
    vectors = unit_rows(_vectors(estimator, unlabeled, rows))
    score = _rank(_uncertainty(proba)) * _rank(_density(vectors))
    best = proba.argmax(axis=1)
    picked = _in_turn(score, best, vectors, n, max_similarity)
    columns: dict[str, Any] = {"row": picked}
    texts = _texts(rows)
    if texts is not None:
        columns["text"] = [texts[i] for i in picked]
    columns["score"] = score[picked]
    columns["prediction"] = np.asarray(estimator.classes_)[best[picked]]
    return pd.DataFrame(columns)


def _uncertainty(proba: Float64Array) -> Float64Array:
    """One minus the margin between the two most probable classes."""
    top = np.sort(proba, axis=1)
    return 1 - (top[:, -1] - top[:, -2]) if proba.shape[1] > 1 else np.zeros(len(proba))


def _density(vectors: FloatArray) -> Float64Array:
    """Mean cosine of each row to its nearest others."""
    k = min(_NEIGHBORS, len(vectors) - 1)
    if k < 1:
        return np.ones(len(vectors))
    _, cosines = nearest(vectors, vectors, k + 1)
    # The row itself is among its own nearest, with cosine 1.
    density: Float64Array = (cosines.sum(axis=1, dtype=np.float64) - 1) / k
    return density


def _rank(values: Float64Array) -> Float64Array:
    """Ranks scaled to (0, 1], the largest 1; equal values rank equally."""
    order = np.sort(values)
    return np.searchsorted(order, values, side="right") / len(values)


def _in_turn(
    score: Float64Array,
    classes: npt.NDArray[np.intp],
    vectors: FloatArray,
    n: int,
    max_similarity: float,
) -> npt.NDArray[np.intp]:
    """Rows by score, predicted classes in turn, without near-duplicates."""
    order = np.argsort(-score, kind="stable")
    queues = [iter(order[classes[order] == k]) for k in np.unique(classes)]
    taken: list[int] = []
    alike = np.full(len(score), -np.inf)
    while queues and len(taken) < n:
        for queue in list(queues):
            row = next((i for i in queue if alike[i] <= max_similarity), None)
            if row is None:
                queues.remove(queue)
            elif len(taken) < n:
                taken.append(int(row))
                np.maximum(alike, vectors @ vectors[row], out=alike)
    return np.array(taken, dtype=np.intp)


def _vectors(estimator: Any, unlabeled: Any, rows: Any) -> FloatArray:
    """Vectors of the rows: as given, from the pipeline's steps, or of their letters."""
    if isinstance(unlabeled, TextPool) and not unlabeled.is_text:
        given: FloatArray = unlabeled.rows
        return given
    texts = _texts(rows)
    if texts is None:
        return as_float_matrix(as_numpy(rows), name="unlabeled")
    if len(getattr(estimator, "steps", ())) > 1:
        inner = as_numpy(estimator[:-1].transform(rows))
        if not hasattr(inner, "nnz"):
            return as_float_matrix(inner, name="unlabeled, through the steps of the pipeline")
    return NgramEncoder(64).fit(texts).transform(texts)


def _texts(rows: Any) -> list[str] | None:
    """The rows as texts; None for vectors."""
    shape = getattr(rows, "shape", None)
    if shape is not None and len(shape) == 2 and shape[1] > 1:
        return None
    first = next(iter(rows), None) if isinstance(rows, list | tuple) else None
    if first is not None and not isinstance(first, str):
        return None
    return as_texts(rows, what="unlabeled")
