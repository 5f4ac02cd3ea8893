"""Rows on networks as maps: what a loss does to held-out pairs."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from benchmarks.rows_base import Found, count, fewer, found, halves, row
from benchmarks.rows_data import Material, Pairs
from langalign_sk.maps import MLPMap, RidgeMap
from langalign_sk.measures import alignment_drift

PAIRS = "Tatoeba, STS-B"


def network(loss: Any, seed: int = 0, **settings: Any) -> MLPMap:
    """A small network that corrects a closed form."""
    settings = {"hidden_width": 256, "max_iter": 5} | settings
    return MLPMap(loss=loss, random_state=seed, **settings)


@row(
    "34", "C16", "Impact of Cross-Lingual Adjustment",
    claims="Tuning for alignment forgets; a term that keeps the old rows holds some of it.",
    holds_when="the drift of English rows is seen, and `keep_source` lowers it by more than a "
    "tenth at equal accuracy",
    data="SIB-200; pairs from STS-B, Tatoeba", shows="maps.MLPMap measures.alignment_drift",
)  # fmt: skip
def drift(of: Material) -> Found:
    figures, less = {}, {}
    for encoder, lang in (("USE", "ko"), ("MiniLM", "it"), ("n-gram", "it")):
        E, X = of.pairs("topics", lang, encoder)
        pairs, cell = of.general(lang, encoder), []
        for loss in ("mse", {"mse": 1.0, "keep_source": 1.0}):
            moved = network(loss).fit(*pairs).transform(E)
            cell += [alignment_drift(E, moved).moved, of.right(moved, X).mean()]
        names = "drift", "accuracy", "drift, kept", "accuracy, kept"
        figures[where := f"{encoder} {lang}"] = dict(zip(names, cell, strict=True))
        less[where] = cell[2] < 0.9 * cell[0] and cell[3] >= cell[1] - 0.005
    return Found(
        all(less.values()),
        figures,
        f"Less drift at equal accuracy {count(less)}: drift and accuracy without and with it: "
        + "; ".join(
            f"{where} {c['drift']:.3f} and {c['accuracy']:.3f}, {c['drift, kept']:.3f} and "
            f"{c['accuracy, kept']:.3f}"
            for where, c in figures.items()
        )
        + ". Where a map gains much, half of the way gains less.",
    )


@row(
    "89", "C16", "CLiTSSA",
    claims="A loss on similarities keeps the order of neighbours that English rows have.",
    holds_when="cosines of moved rows follow those of their English partners better with "
    "`relational` than raw, and than without it",
    data=PAIRS, shows="maps.MLPMap maps.RidgeMap",
)  # fmt: skip
def relational(of: Material) -> Found:
    figures, up = {}, {}
    for english, target, lang in (
        ("MiniLM", "USE", "ko"),
        ("USE", "USE", "ko"),
        ("n-gram", "n-gram", "it"),
    ):
        fit, held = halves(of, lang, english, target)
        there = Pairs(fit.T, fit.S)
        cell = {"raw": _same_order(held.T, held.S)}
        for name, loss in (("mse", "mse"), ("relational", {"mse": 1.0, "relational": 1.0})):
            net = network(loss, base="procrustes").fit(*there)
            cell[name] = _same_order(net.transform(held.T), held.S)
        cell["ridge"] = _same_order(RidgeMap().fit(*there).transform(held.T), held.S)
        figures[where := f"{target} {lang} to {english}"] = cell
        up[where] = cell["relational"] > max(cell["raw"], cell["mse"])
    first = figures["USE ko to MiniLM"]
    return Found(
        all(up.values()),
        figures,
        f"Up {count(up)}. USE Korean to MiniLM: Spearman {first['raw']:.3f} raw, "
        f"{first['mse']:.3f} without, {first['relational']:.3f} with; ridge, which needs no "
        f"such term, {first['ridge']:.3f}.",
    )


def _same_order(rows: Any, partners: Any) -> float:
    """Rank correlation of the cosines among rows with those among their partners."""
    above = np.triu_indices(len(rows), 1)
    units = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (rows, partners))
    return float(spearmanr(*((unit @ unit.T)[above] for unit in units))[0])


@row(
    "105", "C9", "InfoXLM",
    claims="Contrastive alignment gains by many negatives.",
    holds_when="held-out P@1 does not fall with larger batches (a point is allowed)",
    data=PAIRS, shows="maps.MLPMap",
)  # fmt: skip
def negatives(of: Material) -> Found:
    figures, safe = {}, {}
    for english, target, lang in (("MiniLM", "USE", "ko"), ("USE", "USE", "ko")):
        fit, held = halves(of, lang, english, target)
        cell = {
            size: found(network("infonce", batch_size=size).fit(*fit).transform(held.S), held.T)
            for size in (32, 128, 512)
        }
        figures[where := f"{english} to {target} {lang}"] = cell
        safe[where] = all(b >= a - 0.01 for a, b in pairwise(cell.values()))
    said = [f"{where} {', '.join(f'{p:.3f}' for p in c.values())}" for where, c in figures.items()]
    return Found(all(safe.values()), figures, f"Batches of 32, 128 and 512: {'; '.join(said)}.")


@row(
    "5", "C9", "Cross-lingual sentence embedding with word alignment",
    claims="Ranking translations in a batch teaches more than squared error does.",
    holds_when="`infonce` has a higher held-out P@1 than `mse` with the same pairs, in each of "
    "three trainings",
    data=PAIRS, shows="maps.MLPMap",
)  # fmt: skip
def ranking(of: Material) -> Found:
    return _losses(of, (("MiniLM", "USE", "ko"), ("MiniLM", "MiniLM", "it")), "mse")


@row(
    "8", "C9", "Align after Pre-train",
    claims="Very few pairs and a contrastive loss align a model that was trained already.",
    holds_when="`infonce` with 1,000 pairs beats no map in held-out P@1 on a weak shared encoder, "
    "in each of three trainings",
    data=PAIRS, shows="maps.MLPMap measures.retrieval",
)  # fmt: skip
def few_pairs(of: Material) -> Found:
    return _losses(of, (("MiniLM", "MiniLM", "it"), ("n-gram", "n-gram", "it")), None)


def _losses(of: Material, cases: tuple[tuple[str, str, str], ...], other: str | None) -> Found:
    """P@1 with "infonce" beside another loss, or beside no map."""
    figures, up = {}, {}
    name = other or "no map"
    for english, target, lang in cases:
        fit, held = halves(of, lang, english, target)
        cell: dict[str, list[float]] = {name: [], "infonce": []}
        for seed in range(3):
            some = fewer(fit, 1000, seed)
            for loss in (other, "infonce"):
                net = None if loss is None else network(loss, seed, max_iter=10).fit(*some)
                moved = held.S if net is None else net.transform(held.S)
                cell[loss or name].append(found(moved, held.T))
        figures[where := f"{english} to {target} {lang}"] = cell
        up[where] = min(np.subtract(cell["infonce"], cell[name])) > 0
    said = [
        f"{where} {np.mean(c[name]):.3f} to {np.mean(c['infonce']):.3f}"
        for where, c in figures.items()
    ]
    return Found(
        all(up.values()), figures, f"1,000 pairs, from {name} to infonce: {'; '.join(said)}. "
        f"Higher every time {count(up)}.",
    )  # fmt: skip
