"""How often a gate is right: on rows held out of what it learned from, and on the rows at hand."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from scipy.special import ndtr

from langalign_sk._numeric import FloatArray, Moments, PairMoments
from langalign_sk.align._gate import LanguageGate
from langalign_sk.corpus import TextPool

#: Rows and their weights.
Rows: TypeAlias = tuple[Any, Any]

#: Below this, the user hears of it.
LEAST_RATE = 0.99
_FOLDS = 3
_MOST_ROWS = 1000  # of a language, or of the rows at hand
_FEWEST_ROWS = 30


class GateWarning(UserWarning):
    """The languages of one shared space are often taken for one another."""


def held_out_rate(
    moments: Mapping[str, Moments],
    ways: Sequence[Any],
    pools: Mapping[str, TextPool],
    pair: PairMoments | None,
) -> float:
    """Return how often rows are put on the right side by a gate that has not seen them.

    Up to a thousand rows of each language, all languages the same weight. Stretches of them are
    held out in turn: neighbours are often alike. NaN where there are too few.
    """
    if pair is None:
        return _rate(moments, _rows(moments, ways, pools))
    # What the memory keeps must not keep the pairs alive: the rows are drawn when asked for.
    return pair.memo(("gate rate", *moments), lambda: _rate(moments, _rows(moments, ways, pools)))


def _rows(
    moments: Mapping[str, Moments], ways: Sequence[Any], pools: Mapping[str, TextPool]
) -> dict[str, list[Rows]]:
    """Return some rows of each language, and their weights."""
    found: dict[str, list[Rows]] = {lang: [] for lang in moments}
    for way in ways:
        if way.corpus is None:
            found = {lang: [(spread(pools[lang].rows), None)] for lang in moments}
            break
        few = replace(way, corpus=way.corpus.take(spread(np.arange(way.corpus.n_pairs))))
        moved, stays, weight = few.rows()
        found[way.moved].append((moved, weight))
        found[way.stays].append((stays, weight))
    return found


def _rate(moments: Mapping[str, Moments], rows: Mapping[str, list[Rows]]) -> float:
    """Return the rate on `rows`, which the moments are of."""
    if min(sum(len(part) for part, _ in parts) for parts in rows.values()) < _FEWEST_ROWS:
        return float("nan")
    right = []
    for fold in range(_FOLDS):
        rest = dict(moments)
        held_out: dict[str, list[Any]] = {}
        for lang, parts in rows.items():
            for part, weight in parts:
                own = np.array_split(np.arange(len(part)), _FOLDS)[fold]
                own = own if weight is None else own[weight[own] > 0]
                if len(own):
                    gone = Moments.from_rows(part[own], None if weight is None else weight[own])
                    rest[lang] = _without(rest[lang], gone)
                    held_out.setdefault(lang, []).append(part[own])
        gate = LanguageGate.from_moments(rest)
        for code, lang in enumerate(moments):
            for part in held_out.get(lang, []):
                right.append((code, gate.proba(part).argmax(axis=1) == code))
    of = {code: np.concatenate([hits for k, hits in right if k == code]) for code, _ in right}
    # Means that change sides with the rows held out can do worse than chance, which is no news.
    return max(float(np.mean([hits.mean() for hits in of.values()])), 1 / len(moments))


def rate_on(gate: LanguageGate, X: FloatArray) -> float:
    """Return how often a gate seems right on rows whose languages nobody knows.

    Rows that stand between the languages are as often on the wrong side as not. With the distance
    m of a row from the border, over the rows taken for one language, the rate is that of a normal
    distribution with the mean and deviation of m: Phi(mean / deviation). NaN for few rows.
    """
    X = spread(X)
    scores = np.sort(np.asarray(gate._scores(X), dtype=np.float64), axis=1)
    margins, codes = scores[:, -1] - scores[:, -2], gate.proba(X).argmax(axis=1)
    total, rate = 0, 0.0
    for code in np.unique(codes):
        own = margins[codes == code]
        if len(own) >= _FEWEST_ROWS:
            total += len(own)
            rate += len(own) * float(ndtr(own.mean() / max(own.std(), np.finfo(float).tiny)))
    return rate / total if total else float("nan")


def spread(rows: Any) -> Any:
    """Return rows evenly spaced, so many as a rate needs."""
    return rows[:: max(1, len(rows) // _MOST_ROWS)][:_MOST_ROWS]


def tell_of_gate(rate: float, languages: Any, stacklevel: int) -> None:
    """Warn where the gate is often wrong."""
    if rate < LEAST_RATE:
        warnings.warn(
            f"the gate, which tells {', '.join(map(str, languages))} apart by their vectors in one "
            f"space, is right on {rate:.1%} of rows at best: the others are moved, or not, by "
            "mistake. Where the texts are at hand let these tell it: EmbeddingExtractor(model, "
            "languages=[...]), or TextAligner and TransferClassifier with an embedder; or say it "
            "with lang=, or leave every row where it is",
            GateWarning,
            stacklevel=stacklevel,
        )


def _without(total: Moments, part: Moments) -> Moments:
    """Return the moments of what is left of `total` without `part`."""
    weight = total.weight - part.weight
    mean = (total.weight * total.mean - part.weight * part.mean) / weight
    apart = part.mean - mean
    scatter = total.scatter - part.scatter
    scatter = scatter - np.outer(apart, apart) * (weight * part.weight / total.weight)
    weight_sq = total.weight_sq - part.weight_sq
    return Moments(
        n=total.n - part.n, weight=weight, weight_sq=weight_sq, mean=mean, scatter=scatter
    )
