"""Suggestions of rows to label next."""

from __future__ import annotations

import warnings
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import _safe_indexing

from langalign_sk._io import TextRow, as_text_rows, hold_two, well_formed
from langalign_sk._numeric import Float64Array, FloatArray, as_float_matrix, as_numpy, unit_rows
from langalign_sk.corpus import TextPool, tied_rows
from langalign_sk.encoders import NgramEncoder
from langalign_sk.maps import COUNT, Numbers
from langalign_sk.measures import checked
from langalign_sk.selection._rows import (
    extractor_of,
    pool_rows,
    probabilities,
    random_numbers,
)

if TYPE_CHECKING:
    import pandas as pd

#: Rows that are grouped: so many per row to suggest, and at least so many. The others, which the
#: classifier is surest of, would weigh next to nothing.
_PER_ROW, _AT_LEAST = 25, 2500


@checked(n=[COUNT], max_similarity=[Numbers(Real, -1, 1, closed="both")])
def suggest_labels(
    estimator: Any,
    unlabeled: Any,
    n: int = 100,
    *,
    max_similarity: float = 0.95,
    random_state: Any = 0,
) -> pd.DataFrame:
    r"""Suggest target rows to label next.

    Groups the rows by meaning, in finer groups where the classifier is unsure, and takes the most
    typical row of each: rows that stand for many doubtful ones, each for others. Predicted classes
    take turns, so that the first rows of the list are a fair choice too.

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
    random_state : int, RandomState or None, default=0
        Of the grouping.

    Returns
    -------
    DataFrame
        `row` (number in `unlabeled`), `text` (where there are texts; `text_1` and `text_2` for rows
        of two), `score` (share of all doubt that the row stands for), `prediction` (the class the
        classifier would give).

    See Also
    --------
    estimate_target_accuracy : Whether labels are needed at all.

    Notes
    -----
    With the two largest class probabilities of a row, its doubt is
    :math:`w = (1 - p_{(1)} + p_{(2)})^2`. k-means with these weights divides the rows of most
    doubt into n groups by their vectors of unit length; the score of a group is its share of all
    doubt. Texts are compared by the vectors that the steps of a pipeline make of them or, for
    a classifier without such steps, by their letters. `docs/developer/choosing.md` has the gain
    over random rows.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from langalign_sk.selection import suggest_labels
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 4))
    >>> model = LogisticRegression().fit(X, X[:, 0] > 0)
    >>> found = suggest_labels(model, rng.normal(size=(500, 4)), n=20)
    >>> list(found.columns), len(found)
    (['row', 'score', 'prediction'], 20)
    """
    import pandas as pd

    rows = pool_rows(estimator, unlabeled)
    proba = probabilities(estimator, rows)
    if proba is None:
        raise ValueError(
            "suggest_labels needs a classifier with predict_proba, to know which rows it is "
            f"unsure of; {type(estimator).__name__} has none"
        )
    doubt = _doubt(proba)
    vectors = unit_rows(_vectors(estimator, unlabeled, rows))
    chosen = np.sort(np.argsort(-doubt, kind="stable")[: max(_AT_LEAST, _PER_ROW * n)])
    best = proba.argmax(axis=1)
    groups, scores = _grouped(vectors[chosen], doubt[chosen], n, random_numbers(random_state))
    picked, score = _in_turn([chosen[g] for g in groups], scores, best, vectors, max_similarity)
    columns: dict[str, Any] = {"row": picked}
    texts = _texts(rows, getattr(extractor_of(estimator), "column", None))
    if texts is not None and hold_two(texts):
        for place in (0, 1):
            columns[f"text_{place + 1}"] = [well_formed(texts[i][place]) for i in picked]
    elif texts is not None:
        columns["text"] = [well_formed(str(texts[i])) for i in picked]
    columns["score"] = score
    # Not from the probabilities: a classifier may have a threshold of its own.
    columns["prediction"] = np.asarray(estimator.predict(_safe_indexing(rows, picked)))
    return pd.DataFrame(columns)


def _doubt(proba: Float64Array) -> Float64Array:
    """Return (1 - margin of the two most probable classes) squared, never quite 0."""
    if proba.shape[1] < 2:
        return np.ones(len(proba))
    top = np.sort(proba, axis=1)
    doubt: Float64Array = (1 - top[:, -1] + top[:, -2]) ** 2 + 1e-3
    return doubt


def _grouped(
    vectors: FloatArray, doubt: Float64Array, n: int, random: np.random.RandomState
) -> tuple[list[npt.NDArray[np.intp]], Float64Array]:
    """Return groups of rows, the most typical row first, and their shares of the doubt."""
    from sklearn.cluster import KMeans

    distinct = np.unique(tied_rows([vectors]), return_index=True)[1]
    n = min(n, len(distinct))
    means = KMeans(n, n_init=1, max_iter=20, random_state=random)
    with warnings.catch_warnings():
        # Rows that differ by rounding alone leave fewer groups than asked for, which is fine.
        warnings.simplefilter("ignore", ConvergenceWarning)
        means.fit(vectors, sample_weight=doubt)
    away = ((vectors - means.cluster_centers_[means.labels_]) ** 2).sum(axis=1)
    groups = [np.flatnonzero(means.labels_ == k) for k in range(n)]
    groups = [group[np.argsort(away[group], kind="stable")] for group in groups if len(group)]
    return groups, np.array([doubt[group].sum() for group in groups]) / doubt.sum()


def _in_turn(
    groups: list[npt.NDArray[np.intp]],
    scores: Float64Array,
    classes: npt.NDArray[np.intp],
    vectors: FloatArray,
    max_similarity: float,
) -> tuple[npt.NDArray[np.intp], Float64Array]:
    """Take a row of each group: predicted classes in turn, each by score, no near-duplicates."""
    rank = np.empty(len(groups), dtype=np.intp)
    heads = classes[[group[0] for group in groups]]
    for k in np.unique(heads):
        mine = np.flatnonzero(heads == k)
        rank[mine[np.argsort(-scores[mine], kind="stable")]] = np.arange(len(mine))
    taken: list[int] = []
    kept: list[float] = []
    for i in np.lexsort((-scores, rank)):
        near = vectors[groups[i]] @ vectors[taken].T if taken else np.zeros((len(groups[i]), 1))
        fresh = groups[i][near.max(axis=1) <= max_similarity]
        if len(fresh):
            taken.append(int(fresh[0]))
            kept.append(float(scores[i]))
    return np.array(taken, dtype=np.intp), np.array(kept)


def _vectors(estimator: Any, unlabeled: Any, rows: Any) -> FloatArray:
    """Return vectors of the rows: as given, from the pipeline's steps, or of their letters."""
    if isinstance(unlabeled, TextPool) and not unlabeled.is_text:
        given: FloatArray = unlabeled.rows
        return given
    texts = _texts(rows, getattr(extractor_of(estimator), "column", None))
    if texts is None:
        return as_float_matrix(as_numpy(rows), name="unlabeled")
    found = getattr(estimator, "best_estimator_", estimator)
    if len(getattr(found, "steps", ())) > 1:
        inner = as_numpy(found[:-1].transform(rows))
        if not hasattr(inner, "nnz"):
            return as_float_matrix(inner, name="unlabeled, through the steps of the pipeline")
    joined = ["\n".join(row) if isinstance(row, tuple) else row for row in texts]
    return NgramEncoder(min(64, len(joined))).fit(joined).transform(joined)


def _texts(rows: Any, column: Any = None) -> list[TextRow] | None:
    """Return the rows as texts, one each or two; None for vectors."""
    shape: tuple[int, ...] = getattr(rows, "shape", ())
    kind = getattr(getattr(rows, "dtype", None), "kind", "")
    if column is None and len(shape) == 2 and shape[1] > 1:
        two = shape[1] == 2 and kind in ("O", "U", "T") and isinstance(rows[0][0], str)
        if not two:
            return None
    first = next(iter(rows), None) if isinstance(rows, list | tuple) else None
    pair = isinstance(first, list | tuple) and all(isinstance(text, str) for text in first)
    if first is not None and not (pair or isinstance(first, str)):
        return None
    return as_text_rows(rows, column=column, what="unlabeled")
