"""Rows of pairs and of unlabeled text as a fitted estimator takes them, and its probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state

from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk.corpus import ParallelCorpus, TextPool, in_twos
from langalign_sk.text import BlockLayout, match_code, placed

#: Where composites keep what they fitted.
_INNER = ("best_estimator_", "estimator_", "embedder_", "aligner_", "pipeline_")


def random_numbers(random_state: Any) -> np.random.RandomState:
    """Return random numbers that are nobody else's: None never stands for numpy's global state."""
    if random_state is None:
        return np.random.RandomState()  # scikit-learn's kind
    state: np.random.RandomState = check_random_state(random_state)
    return state


def sampled(n_rows: int, limit: int | None, random_state: Any) -> np.ndarray:
    """Return the numbers of at most `limit` rows drawn at random, in their order."""
    if limit is None or n_rows <= limit:
        return np.arange(n_rows)
    drawn: np.ndarray = np.sort(random_numbers(random_state).permutation(n_rows)[:limit])
    return drawn


def check_pairs(pairs: Any) -> ParallelCorpus:
    """Return pairs that are a corpus whose rows are at hand."""
    if not isinstance(pairs, ParallelCorpus):
        raise TypeError(
            f"pairs must be a ParallelCorpus, got {type(pairs).__name__}: "
            'ParallelCorpus(source, target, source_lang="en", target_lang="ko")'
        )
    if pairs.detached:
        raise ValueError(f"{pairs!r} was saved without its rows; give the corpus itself")
    return pairs


def drawn_pairs(
    pairs: Any, limit: int | None, random_state: Any
) -> tuple[ParallelCorpus, np.ndarray]:
    """Return at most `limit` pairs drawn at random, and their numbers."""
    rows = sampled(check_pairs(pairs).n_pairs, limit, random_state)
    return (pairs if len(rows) == pairs.n_pairs else pairs.take(rows)), rows


def as_it_reads(estimator: Any, rows: Any) -> Any:
    """Return pairs of texts, two at a time for what was fitted on rows of two.

    Anything else stays as it is.
    """
    extractor = extractor_of(estimator)
    two = getattr(extractor, "n_texts_", 1) == 2
    if not (two and isinstance(rows, ParallelCorpus) and rows.is_text and rows.n_texts == 1):
        return rows
    if extractor.two_texts == "together":
        raise ValueError(
            f"{rows!r} holds one text a row, but the {type(estimator).__name__} reads two together "
            '(two_texts="together"): give rows of two'
        )
    return in_twos(rows)


def pair_rows(estimator: Any, pairs: ParallelCorpus) -> tuple[Any, Any]:
    """Return source and target rows of a corpus as `estimator` takes them: texts, or vectors."""
    if pairs.is_text:
        _check_takes_texts(estimator, "pairs")
        return list(pairs.source), list(pairs.target)
    layout = layout_of(estimator, pairs.layout)
    return (
        _in_blocks(estimator, pairs.source, pairs.source_lang, layout, "source pairs"),
        _in_blocks(estimator, pairs.target, pairs.target_lang, layout, "target pairs"),
    )


def pool_rows(estimator: Any, unlabeled: Any) -> Any:
    """Return unlabeled rows as `estimator` takes them; anything but a TextPool stays as it is."""
    if not isinstance(unlabeled, TextPool):
        return unlabeled
    if unlabeled.detached:
        raise ValueError(f"{unlabeled!r} was saved without its rows; give the pool itself")
    if unlabeled.is_text:
        _check_takes_texts(estimator, "unlabeled")
        return list(unlabeled.rows)
    layout = layout_of(estimator, unlabeled.layout)
    return _in_blocks(estimator, unlabeled.rows, unlabeled.lang, layout, "unlabeled")


def pair_weights(pairs: ParallelCorpus) -> Float64Array:
    """Return the weight of each pair, of sum 1."""
    if pairs.weight is None:
        return np.full(pairs.n_pairs, 1 / pairs.n_pairs)
    weights: Float64Array = pairs.weight / pairs.weight.sum()
    return weights


def probabilities(estimator: Any, rows: Any) -> Float64Array | None:
    """Return class distributions in the order of ``classes_``; None where there are none."""
    if not hasattr(estimator, "predict_proba") or not hasattr(estimator, "classes_"):
        return None
    proba = np.asarray(estimator.predict_proba(rows), dtype=np.float64)
    return proba if proba.ndim == 2 else None


def parts_of(estimator: Any) -> Iterator[Any]:
    """Yield an estimator and everything fitted inside it, outermost first."""
    yield estimator
    for _, step in getattr(estimator, "steps", None) or []:
        yield from parts_of(step)
    for name in _INNER:
        inner = getattr(estimator, name, None)
        if inner is not None:
            yield from parts_of(inner)


def extractor_of(estimator: Any) -> Any:
    """Return the extractor inside a fitted estimator; None where there is none."""
    return next((part for part in parts_of(estimator) if hasattr(part, "embed_language")), None)


def up_to_aligner(estimator: Any) -> Any:
    """Return the part of an estimator that ends with its aligner, or its last transformer."""
    found = getattr(estimator, "best_estimator_", estimator)
    if isinstance(found, Pipeline):
        steps = [step for _, step in found.steps]
        aligners = [i for i, s in enumerate(steps) if any(hasattr(p, "maps_") for p in parts_of(s))]
        last = aligners[-1] if aligners else len(steps) - 1 - (not hasattr(steps[-1], "transform"))
        return found[: last + 1]
    if not hasattr(found, "transform"):
        raise ValueError(
            f"vectors of pairs are compared behind an aligner, and {type(found).__name__} has no "
            f"transform; measures of its predictions, such as kappa, need none"
        )
    return found


def layout_of(estimator: Any, own: BlockLayout | None) -> BlockLayout | None:
    """Return the language blocks of vectors: their own, or those of a fitted aligner."""
    if own is not None:
        return own
    layouts = (getattr(part, "layout_", None) for part in parts_of(estimator))
    return next((layout for layout in layouts if isinstance(layout, BlockLayout)), None)


def _in_blocks(
    estimator: Any, rows: FloatArray, lang: str | None, layout: BlockLayout | None, name: str
) -> FloatArray:
    """Return vectors at the width the estimator was fitted with, in their own language's block."""
    width = next(
        (int(part.n_features_in_) for part in parts_of(estimator) if _has_width(part)), None
    )
    if (
        layout is not None
        and lang is not None
        and lang in layout
        and width in (None, layout.width)
        and rows.shape[1] == layout.width_of(lang)
    ):
        return placed(rows, layout, lang)
    aligners = [part for part in parts_of(estimator) if hasattr(part, "widths_")]
    widths: dict[str, int] = aligners[0].widths_ if aligners else {}
    own = {match_code(lang, widths)} if lang is not None else set(widths)
    if any(name in widths and widths[name] == rows.shape[1] for name in own):
        return rows
    if width is not None and rows.shape[1] != width:
        raise ValueError(
            f"{name} ({lang}) are {rows.shape[1]} wide, but the estimator was fitted on rows of "
            f"{width} columns: give texts to a pipeline that takes texts, embed with the extractor "
            "behind the vectors that it was fitted on or, for raw arrays "
            'in language blocks, give ParallelCorpus(..., layout=BlockLayout({"en": 384, ...})) '
            "and the aligner the same blocks"
        )
    return rows


def _check_takes_texts(estimator: Any, name: str) -> None:
    """Raise for texts where an estimator was fitted on vectors."""
    if _has_width(estimator):
        raise ValueError(
            f"{name} holds texts, but the {type(estimator).__name__} was fitted on vectors of "
            f"{estimator.n_features_in_} columns: {name}.embed(extractor) with the extractor that "
            "they are from"
        )


def _has_width(part: Any) -> bool:
    """Tell if a fitted part says how many columns it was fitted with."""
    return isinstance(getattr(part, "n_features_in_", None), int | np.integer)
