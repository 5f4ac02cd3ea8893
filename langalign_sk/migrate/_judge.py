"""How much of a search is left once one side of it was mapped: per query, and in a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    IntArray,
    nearest,
    nearest_others,
    partner_ranks,
)
from langalign_sk.measures import PairedBootstrap, interval

if TYPE_CHECKING:
    import pandas as pd

#: What each query scores, by measure.
Scores = dict[str, Float64Array]


def neighbour_scores(queries: FloatArray, keys: FloatArray, native: IntArray) -> Scores:
    """Score a search for texts by other texts against that of the new encoder.

    Row i of `queries` and of `keys` is the same text, `native` are the nearest other texts by the
    new encoder's own vectors, the nearest first.

    - neighbours: share of these that the search gives as well, among as many;
    - ndcg: the same, a neighbour counting by its place, there and here;
    - found_1, found_10: whether the text itself is the first, among the first ten.
    """
    n, k = native.shape
    found, _ = nearest(queries, keys, k + 1)
    own = found == np.arange(n)[:, None]
    own[~own.any(axis=1), -1] = True  # the text itself is further down: the last one goes
    found = found[~own].reshape(n, k)
    gains = _gains(found, native)
    ideal = _discounts(k) @ np.arange(k, 0, -1.0)
    ranks, _ = partner_ranks(queries, keys)
    return {
        "ndcg": gains @ _discounts(k) / ideal,
        "neighbours": (gains > 0).mean(axis=1),
        "found_1": ranks.hits(1),
        "found_10": ranks.hits(10),
    }


def native_neighbours(rows: FloatArray, k: int) -> IntArray:
    """Return the nearest other rows of each row."""
    return nearest_others(rows, min(k, len(rows) - 1))[0]


def relevance_scores(queries: FloatArray, keys: FloatArray, relevance: Any, k: int) -> Scores:
    """Score a search by what is known to be relevant: nDCG and recall among the first `k`.

    `relevance` is a sparse matrix of gains, a row per query.
    """
    k = min(k, len(keys))
    found, _ = nearest(queries, keys, k)
    rows = np.arange(len(found))[:, None]
    gains = np.asarray(relevance[rows, found].todense(), dtype=np.float64)
    ideal, wanted = np.zeros((len(found), k)), np.zeros(len(found))
    for row in range(len(found)):
        of_row = relevance.data[relevance.indptr[row] : relevance.indptr[row + 1]]
        best = np.sort(of_row[of_row > 0])[::-1][:k]
        ideal[row, : len(best)], wanted[row] = best, len(best)
    return {
        "ndcg": gains @ _discounts(k) / (ideal @ _discounts(k)),
        "recall": np.count_nonzero(gains, axis=1) / wanted,
    }


def kept_table(ways: Mapping[str, Scores], *, absolute: bool) -> pd.DataFrame:
    """Tabulate what each way keeps of the first one's scores, with 95% intervals over queries."""
    import pandas as pd

    names = list(ways)
    columns: dict[str, Any] = {}
    for measure in ways[names[0]]:
        values = np.stack([ways[name][measure] for name in names])
        means = values.mean(axis=1)
        # Shares of the first row's score; nothing is kept of nothing.
        whole = means[0] if means[0] > 0 else np.nan
        draws = PairedBootstrap(values.shape[1]).mean(values)
        low, high = interval(draws / np.where(draws[0] > 0, draws[0], np.nan))
        columns |= {measure: means / whole, f"{measure}_low": low, f"{measure}_high": high}
        if absolute:
            columns[f"{measure}_itself"] = means
    return pd.DataFrame(columns, index=pd.Index(names, name="way"))


def _gains(found: IntArray, native: IntArray) -> Float64Array:
    """Return what each row found counts: k for the nearest by the new encoder, 1 for the k-th."""
    k = native.shape[1]
    gains = np.zeros(found.shape)
    for place in range(k):
        gains[found == native[:, place : place + 1]] = k - place
    return gains


def _discounts(k: int) -> Float64Array:
    """Return the weights of the first `k` places."""
    return np.asarray(1.0 / np.log2(np.arange(2, k + 2)))
