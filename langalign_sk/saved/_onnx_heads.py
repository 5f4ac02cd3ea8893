"""Heads, ours and scikit-learn's, as nodes of a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import (
    BayesianRidge,
    ElasticNet,
    Lasso,
    LinearRegression,
    LogisticRegression,
    LogisticRegressionCV,
    Perceptron,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
)
from sklearn.preprocessing import MaxAbsScaler, Normalizer, RobustScaler, StandardScaler
from sklearn.svm import LinearSVC, LinearSVR

from langalign_sk.saved._onnx_graph import Graph
from langalign_sk.saved._onnx_maps import Rows, gaussian_kernel, mapped, own_columns, routes
from langalign_sk.transfer import (
    Classes,
    GaussianHead,
    KernelHead,
    Labels,
    LinearHead,
    NoisyCopies,
    TransferClassifier,
)

_SURE = (LogisticRegression, LogisticRegressionCV, LinearDiscriminantAnalysis)
_UNSURE = (RidgeClassifier, RidgeClassifierCV, LinearSVC, Perceptron)
_VALUES = (Ridge, RidgeCV, LinearRegression, Lasso, ElasticNet, BayesianRidge, LinearSVR)
_AFFINE = (StandardScaler, RobustScaler, MaxAbsScaler, PCA, TruncatedSVD)
_NAMES = (
    "LogisticRegression, LinearDiscriminantAnalysis, RidgeClassifier, LinearSVC, Perceptron, "
    "linear regressors, TransferClassifier and TransferRegressor with their own heads"
)


@dataclass
class Said:
    """What a head says of rows.

    `kind` is "classes", "labels" or "values". `score` has a column for each class, label or value;
    `sure` says that they are probabilities. `label` is the number of the class, or 0 and 1 for
    labels; the number behind the last class stands for `none`.
    """

    kind: str
    score: str
    classes: Any = None
    sure: bool = False
    label: str | None = None
    none: Any = None


def scaled(rows: Rows, step: Any) -> Rows:
    """Return rows behind a transformer of scikit-learn that is one matrix, or scales each row."""
    graph = rows.graph
    if isinstance(step, Normalizer):
        norm = {
            "l1": lambda: graph.sum(graph.node("Abs", rows.value)),
            "l2": lambda: graph.node("Sqrt", graph.sum(graph.node("Mul", rows.value, rows.value))),
            "max": lambda: graph.node("ReduceMax", graph.node("Abs", rows.value), axes=[1]),
        }[step.norm]()
        zero = graph.node("Equal", norm, graph.constant(0.0))
        norm = graph.where(zero, graph.constant(1.0), norm)
        value = graph.node("Div", rows.value, norm)
        return Rows(graph, value, rows.width, rows.languages, rows.code)
    if isinstance(step, _AFFINE):
        coef, intercept = _asked(step.transform, rows.width)
        value = graph.linear(rows.value, coef, intercept)
        return Rows(graph, value, coef.shape[1], rows.languages, rows.code)
    raise ValueError(
        f"{type(step).__name__} can't be exported: between the extractor and the head may stand "
        "aligners, StandardScaler, RobustScaler, MaxAbsScaler, Normalizer, PCA and TruncatedSVD"
    )


def headed(rows: Rows, head: Any) -> Said:
    """Return what a fitted classifier or regressor of scikit-learn's says of rows."""
    graph = rows.graph
    if isinstance(head, _VALUES):
        coef = np.atleast_2d(head.coef_).T
        return Said("values", graph.linear(rows.value, coef, np.ravel(head.intercept_)))
    if not isinstance(head, (*_SURE, *_UNSURE)):
        raise ValueError(f"{type(head).__name__} can't be exported; heads that can are {_NAMES}")
    binarizer = getattr(head, "_label_binarizer", None)  # of RidgeClassifier
    if binarizer is not None and binarizer.y_type_.startswith("multilabel"):
        raise ValueError(f"{type(head).__name__} with several labels a row can't be exported")
    several = len(head.classes_) > 2
    if (
        isinstance(head, LogisticRegression)
        and several
        and (head.solver == "liblinear" or getattr(head, "multi_class", "") == "ovr")
    ):
        raise ValueError("LogisticRegression of one class against the rest can't be exported")
    scores = graph.linear(rows.value, head.coef_.T, np.ravel(head.intercept_))
    sure = isinstance(head, _SURE)
    if several:
        found = graph.node("Softmax", scores, axis=1) if sure else scores
    else:
        second = graph.node("Sigmoid", scores) if sure else scores
        first = graph.node("Sub", graph.constant(1.0 if sure else 0.0), second)
        found = graph.node("Concat", first, second, axis=1)
    return Said("classes", found, head.classes_, sure)


def labelled(graph: Graph, said: Said) -> Said:
    """Say the label of each row, where the head itself has not."""
    if said.label is None and said.kind == "classes":
        said.label = graph.node("ArgMax", said.score, axis=1, keepdims=0)
    return said


def transferred(rows: Rows, model: Any) -> Said:
    """Return what a fitted `TransferClassifier` or `TransferRegressor` says of rows."""
    if model._n_texts != 1:
        raise ValueError("rows of two texts can't be exported yet")
    graph, targets = rows.graph, model._targets
    found = routes(rows, model.aligner_, blend=False)
    values, least = [], []
    for name in found.names:
        heads = model.heads_[name]
        said = _language(graph, heads, own_columns(rows, name))
        if isinstance(targets, Labels):
            there = graph.times(said, 1 - heads.middle)
            rest = graph.times(graph.node("Sub", graph.constant(1.0), said), heads.middle)
            said = graph.node("Div", there, graph.node("Add", there, rest))
        values.append(said)
        least.append(graph.constant([[heads.least]]))
    score = found.merged(graph, values)
    if not isinstance(model, TransferClassifier):
        return Said("values", score)
    if isinstance(targets, Labels):
        over = graph.node("Less", graph.constant(0.5), score)
        return Said("labels", score, model.classes_, True, graph.node("Cast", over, to=7))
    answer = labelled(graph, Said("classes", score, model.classes_, True))
    if model.reject is not None:
        answer.none = model._none
        answer.label = _rejected(graph, answer, found.merged(graph, least))
    return answer


def _language(graph: Graph, heads: Any, rows: str) -> str:
    """Return what the heads of one language say, in the mean."""
    parts, weights, seen = [], [], []
    for i, look in enumerate(heads.looks):
        seen.append(mapped(graph, look.seen, rows))
        said = _said(graph, look.head, seen[-1])
        if np.ndim(heads.ratio):
            said = graph.share(graph.times(said, heads.ratio[i]))
        parts.append(said)
        weights.append(1.0)
    if heads.student is not None:
        parts.append(_said(graph, heads.student, seen[0]))
        weights.append(heads.taught)
    total = sum(weights)
    scaled_parts = [
        graph.times(part, weight / total) for part, weight in zip(parts, weights, strict=True)
    ]
    return scaled_parts[0] if len(parts) == 1 else graph.node("Sum", *scaled_parts)


def _said(graph: Graph, head: Any, rows: str) -> str:
    """Return what one of our heads says."""
    targets = head._targets
    if isinstance(head, NoisyCopies):
        return _copied(graph, head, rows)
    if isinstance(head, GaussianHead):
        scores = graph.linear(rows, head.coef_, head.intercept_)
        if isinstance(targets, Classes):
            return graph.node("Softmax", scores, axis=1)
        if isinstance(targets, Labels):
            return _varying(graph, graph.node("Sigmoid", scores), head._share)
        return scores
    if isinstance(head, LinearHead):
        scores = graph.linear(graph.plus(rows, -head.mean_), head.coef_, head._share)
    elif isinstance(head, KernelHead):
        kernel = head._kernel
        values = gaussian_kernel(
            graph, graph.plus(rows, -kernel.mean_), kernel.landmarks_, kernel.gamma_
        )
        scores = graph.linear(values, head._dual, head._share)
    else:
        raise ValueError(f"the head {type(head).__name__} can't be exported")
    share = head._share
    if isinstance(targets, Classes):
        scores = graph.plus(graph.times(scores, head.sureness_), np.where(share > 0, 0.0, -np.inf))
        return graph.node("Softmax", scores, axis=1)
    if isinstance(targets, Labels):
        odds = graph.times(graph.plus(graph.times(scores, 2.0), -1.0), head.sureness_)
        return _varying(graph, graph.node("Sigmoid", odds), share)
    return scores


def _copied(graph: Graph, head: NoisyCopies, rows: str) -> str:
    """Return what a classifier or regressor of scikit-learn's says, as columns."""
    at = Rows(graph, rows, 0, [])
    targets = head._targets
    if isinstance(targets, Labels):
        columns = [
            graph.plus(graph.times(graph.columns(rows, 0, 1), 0.0), one)
            if isinstance(one, float)
            else graph.columns(_sure(headed(at, one)).score, 1, 2)
            for one in head.estimator_
        ]
        return graph.node("Concat", *columns, axis=1)
    said = headed(at, head.estimator_)
    if not isinstance(targets, Classes):
        return said.score
    places = np.zeros((len(said.classes), targets.n_columns))
    own = np.searchsorted(targets.classes, said.classes)
    places[np.arange(len(own)), own] = 1
    return graph.linear(_sure(said).score, places)


def _sure(said: Said) -> Said:
    if not said.sure:
        raise ValueError("a head without probabilities can't be exported there")
    return said


def _varying(graph: Graph, proba: str, share: Any) -> str:
    """Return probabilities of labels; those that never vary are certain."""
    varies = (share > 0) & (share < 1)
    return graph.where(graph.constant(varies, "bool"), proba, graph.constant(share))


def _rejected(graph: Graph, said: Said, least: str) -> str:
    """Return labels, with the number behind the last class for rows too little at home."""
    assert said.label is not None
    some = graph.node("Less", graph.constant(0.0), said.score)
    logs = graph.node("Log", graph.where(some, said.score, graph.constant(1.0)))
    home = graph.sum(graph.node("Mul", said.score, logs))
    far = graph.node("Squeeze", graph.node("Less", home, least), graph.constant([1], "int64"))
    return graph.where(far, graph.constant(len(said.classes), "int64"), said.label)


def _asked(transform: Any, width: int) -> tuple[Any, Any]:
    """Return the matrix and the offset of a transformer that has both."""
    offset = np.asarray(transform(np.zeros((1, width))), dtype=np.float64)
    return np.asarray(transform(np.eye(width)), dtype=np.float64) - offset, offset[0]
