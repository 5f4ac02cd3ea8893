"""Fitted maps, gates and the languages of rows, as nodes of a graph."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from langalign_sk.maps import (
    AveragedMap,
    BlendedMap,
    ChainedMap,
    FourierFeatures,
    KernelMap,
    MLPMap,
    RegressorMap,
    SelfLearningMap,
    TransportMap,
)
from langalign_sk.saved._onnx_graph import Graph
from langalign_sk.text import BlockLayout, match_code


@dataclass
class Rows:
    """Rows on their way through a pipeline.

    `code` is the tensor with the number of each row's language among `languages`, -1 where it is
    not told; without languages there is none. Rows come in the blocks of `layout`, if there is one.
    """

    graph: Graph
    value: str
    width: int
    languages: list[str]
    code: str | None = None
    layout: BlockLayout | None = None


@dataclass
class Routes:
    """The languages of an aligner, each with a mask that is true for its rows.

    `shares` are the probabilities of languages, where rows are blended of what becomes of them.
    """

    names: list[str]
    masks: list[str]
    shares: list[str] | None = None

    def merged(self, graph: Graph, values: list[str]) -> str:
        """Take each row from what was made of it as one of its language."""
        if self.shares is not None:
            parts = [
                graph.node("Mul", share, value)
                for share, value in zip(self.shares, values, strict=True)
            ]
            return graph.node("Sum", *parts)
        found = values[0]
        for mask, value in zip(self.masks[1:], values[1:], strict=True):
            found = graph.where(mask, value, found)
        return found


def routes(rows: Rows, aligner: Any, *, blend: bool = True) -> Routes:
    """Return which rows are in which language of a fitted aligner, as it would tell."""
    graph, names = rows.graph, [str(name) for name in aligner.languages_]
    if rows.layout is not None:
        return Routes(names, _masks(rows, names))
    widths = {str(name): width for name, width in aligner.widths_.items()}
    if len(set(widths.values())) > 1 or aligner.layout_ is not None:
        alike = [name for name in names if widths.get(name) == rows.width]
        if len(alike) != 1:
            raise ValueError(
                "this aligner was fitted on vectors of several encoders, which do not come from "
                "the steps before it: give one extractor with all of them"
            )
        return Routes(alike, [""])
    if not rows.languages:  # told by the caller, if at all
        rows.languages = names
        rows.code = graph.take("language", "int64")
    assert rows.code is not None
    told = graph.node("Less", graph.constant(-1, "int64"), rows.code)
    gate = aligner.gate_
    if gate is None:
        moved = names.index(str(next(iter(aligner.maps_))))
        code = graph.where(told, rows.code, graph.constant(moved, "int64"))
        return Routes(names, _equal(graph, code, len(names)))
    scores = graph.linear(rows.value, gate.coef, gate.intercept)
    nearest = _nearest(graph, scores, names.index(str(aligner.stays_)), len(names))
    code = graph.where(told, rows.code, nearest)
    masks = _equal(graph, code, len(names))
    if not (blend and aligner.gate == "soft"):
        return Routes(names, masks)
    proba = graph.node("Softmax", scores, axis=1)
    told = _column(graph, told)
    shares = [
        graph.where(told, graph.node("Cast", mask, to=11), graph.columns(proba, j, j + 1))
        for j, mask in enumerate(masks)  # 11 is float64
    ]
    return Routes(names, masks, shares)


def own_columns(rows: Rows, name: str) -> str:
    """Return rows of one language without the columns of the others."""
    if rows.layout is None:
        return rows.value
    columns = rows.layout.columns(name)
    return rows.graph.columns(rows.value, columns.start, columns.stop)


def aligned(rows: Rows, aligner: Any) -> Rows:
    """Return rows behind a fitted aligner."""
    if aligner.n_texts != 1:
        raise ValueError("rows of two texts can't be exported yet")
    found = routes(rows, aligner)
    values = [
        mapped(rows.graph, aligner._map_of(name), own_columns(rows, name)) for name in found.names
    ]
    value = found.merged(rows.graph, values)
    return Rows(rows.graph, value, int(aligner._n_features_out), rows.languages, rows.code)


def mapped(graph: Graph, fitted: Any, rows: str) -> str:
    """Return rows behind a fitted map; as they are for None."""
    if fitted is None:
        return rows
    if hasattr(fitted, "coef_") and hasattr(fitted, "intercept_"):
        intercept = np.broadcast_to(fitted.intercept_, (fitted.coef_.shape[1],))
        return graph.linear(rows, fitted.coef_, intercept)
    if isinstance(fitted, SelfLearningMap | TransportMap):
        return mapped(graph, fitted.map_, rows)
    if isinstance(fitted, ChainedMap):
        for each in fitted.maps:
            rows = mapped(graph, each, rows)
        return rows
    if isinstance(fitted, AveragedMap):
        total = graph.node("Sum", *(mapped(graph, each, rows) for each in fitted.maps))
        return graph.times(total, 1 / len(fitted.maps))
    if isinstance(fitted, BlendedMap):
        moved = graph.times(mapped(graph, fitted.maps[0], rows), fitted.share)
        return graph.node("Add", moved, graph.times(rows, 1 - fitted.share))
    if isinstance(fitted, MLPMap):
        return _network(graph, fitted, rows)
    if isinstance(fitted, KernelMap):
        return _kernel_map(graph, fitted, rows)
    if isinstance(fitted, RegressorMap) and hasattr(fitted.regressor_, "coef_"):
        regressor = fitted.regressor_
        if type(regressor).__module__.startswith("sklearn.linear_model."):
            coef = np.atleast_2d(regressor.coef_).T
            return graph.linear(rows, coef, np.ravel(regressor.intercept_))
    raise ValueError(
        f"{type(fitted).__name__} is no map that a graph can be made of: take one of those by "
        "matrices, such as 'ridge', or 'kernel' or 'mlp'"
    )


def gaussian_kernel(graph: Graph, centred: str, landmarks: Any, gamma: float) -> str:
    """Return the kernel of rows, less the mean, with each landmark."""
    squares = np.einsum("ij,ij->i", landmarks, landmarks)
    values = graph.plus(graph.linear(centred, 2.0 * landmarks.T), -squares)
    values = graph.node("Sub", values, graph.sum(graph.node("Mul", centred, centred)))
    values = graph.node("Min", values, graph.constant(0.0))
    return graph.node("Exp", graph.times(values, gamma))


def _network(graph: Graph, fitted: Any, rows: str) -> str:
    """Return rows behind the layers, on top of the map that they began with."""
    *hidden, (last, bias) = fitted.layers_
    value = rows
    for weights, own in hidden:
        value = graph.node("Relu", graph.linear(value, weights, own))
    value = graph.linear(value, last, bias)
    if fitted.base_ is None:
        return value
    return graph.node("Add", value, mapped(graph, fitted.base_, rows))


def _kernel_map(graph: Graph, fitted: Any, rows: str) -> str:
    """Return rows behind a kernel map: kernel values and rows, each with its matrix."""
    features, centred = fitted._features, graph.plus(rows, -fitted._mean)
    if isinstance(features, FourierFeatures):
        phases = features.phases + math.pi / 2  # onnxruntime 1.18 has no cosine of float64
        values = graph.node("Sin", graph.linear(centred, features.waves.T, phases))
        values = graph.times(values, math.sqrt(2.0 / len(features.phases)))
    else:
        values = gaussian_kernel(graph, centred, features.landmarks_, features.gamma_)
    found = graph.linear(values, fitted._coef_kernel, fitted._intercept)
    if fitted._coef_linear is None:
        return found
    return graph.node("Add", found, graph.linear(centred, fitted._coef_linear))


def _masks(rows: Rows, names: list[str]) -> list[str]:
    """Return a mask for each of the aligner's languages, of rows that come in blocks."""
    masks = []
    for name in names:
        known = match_code(name, rows.languages)
        number = -2 if known is None else rows.languages.index(known)
        assert rows.code is not None
        equal = rows.graph.node("Equal", rows.code, rows.graph.constant(number, "int64"))
        masks.append(_column(rows.graph, equal))
    return masks


def _equal(graph: Graph, code: str, count: int) -> list[str]:
    """Return a mask for each number, as a column."""
    return [
        _column(graph, graph.node("Equal", code, graph.constant(j, "int64"))) for j in range(count)
    ]


def _column(graph: Graph, values: str) -> str:
    return graph.node("Unsqueeze", values, graph.constant([1], "int64"))


def _nearest(graph: Graph, scores: str, stays: int, count: int) -> str:
    """Return the number of the largest score; that of the language that stays loses a tie."""
    still = graph.columns(scores, stays, stays + 1)
    others = graph.plus(scores, np.where(np.arange(count) == stays, -np.inf, 0.0))
    best = graph.node("ArgMax", others, axis=1, keepdims=0)
    most = graph.node("ReduceMax", others, axes=[1], keepdims=1)
    stay = graph.node("Less", most, still)
    stay = graph.node("Squeeze", stay, graph.constant([1], "int64"))
    return graph.where(stay, graph.constant(stays, "int64"), best)
