"""From one encoder to another: the map, and what is lost by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from langalign_sk._numeric import as_float_matrix
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.migrate._choose import Fitter, best, named_maps, tried
from langalign_sk.migrate._judge import kept_table, native_neighbours, neighbour_scores
from langalign_sk.migrate._migration import BACK, FORWARD, NATIVE, OLD, Migration
from langalign_sk.text import EmbeddingExtractor

#: Fewer distinct texts leave too few to learn from, or to judge by.
FEWEST_TEXTS = 50


def migrate(
    old: Any,
    new: Any,
    texts: Sequence[str] | None = None,
    *,
    maps: Any = None,
    test_size: float = 0.2,
    n_neighbors: int = 10,
    random_state: int = 0,
) -> Migration:
    """Learn how an encoder's vectors become another's, and measure what that loses.

    Parameters
    ----------
    old, new : array-like of shape (n_texts, d), str or encoder
        Vectors of the same texts, row by row; or what `EmbeddingExtractor` takes to make them: a
        name, a folder, an object with ``encode`` or ``transform``. Vectors that an index holds
        need not be made again: `old` an array, `new` an encoder.
    texts : sequence of str, optional
        Texts like those that the index holds; a few thousand. Needed where either is an encoder.
    maps : str, map, list or dict of such, optional
        What to choose from; None for "ridge", "reduced_rank", "procrustes", "diagonal_procrustes"
        and "kernel". Whatever the aligners take as `method`.
    test_size : float, default=0.2
        Share of the texts that the figures are measured on. Texts that repeat stay on one side.
        In the end the maps are fitted to all texts.
    n_neighbors : int, default=10
        How many nearest texts are compared.
    random_state : int, default=0
        Deals the texts, and draws the landmarks of a kernel map.

    Returns
    -------
    Migration
        The map, its figures, and what there is to do with it.

    See Also
    --------
    convert : Converts a file of vectors.
    langalign_sk.maps : All maps.

    Notes
    -----
    The map is chosen on a fifth of the other four fifths, both ways by themselves: old vectors
    into the new space, and new vectors into the old one. The figure is the nDCG of the neighbours
    in the space that a map leads to (see `Migration`).

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.migrate import migrate
    >>> rng = np.random.default_rng(0)
    >>> old = rng.standard_normal((400, 8)) @ rng.standard_normal((8, 24))
    >>> new = old @ rng.standard_normal((24, 16))
    >>> found = migrate(old, new, maps=["ridge", "procrustes"])
    >>> found
    Migration(ridge, 24 -> 16 columns, 400 texts, ndcg kept 1.000)
    >>> found.map.transform(old).shape
    (400, 16)
    """
    named = named_maps(maps)
    pairs = _pairs(old, new, texts)
    if not 0 < test_size < 1:
        raise ValueError(f"test_size: a share between 0 and 1 is needed, got {test_size!r}")
    if pairs.n_pairs < FEWEST_TEXTS:
        raise ValueError(
            f"{pairs.n_pairs} texts are too few: {FEWEST_TEXTS} are the least to learn from and to "
            "judge by, a few thousand are good"
        )
    seen, held_out = pairs.split(1 - test_size, random_state=random_state)
    options: Any = {"n_neighbors": n_neighbors, "random_state": random_state}
    scores = tried(named, seen.source, seen.target, **options)
    forward, back = (named[best(scores, way)] for way in ("forward", "back"))
    checked = (
        Fitter(seen.source, seen.target, random_state)(forward),
        Fitter(seen.target, seen.source, random_state)(back),
    )
    S, T = held_out.source, held_out.target
    native = native_neighbours(T, n_neighbors)
    ways = {
        NATIVE: neighbour_scores(T, T, native),
        FORWARD: neighbour_scores(T, checked[0].transform(S), native),
        BACK: neighbour_scores(checked[1].transform(T), S, native),
        OLD: neighbour_scores(S, S, native),
    }
    import pandas as pd

    return Migration(
        map=Fitter(pairs.source, pairs.target, random_state)(forward),
        back=Fitter(pairs.target, pairs.source, random_state)(back),
        names=(best(scores, "forward"), best(scores, "back")),
        retention=kept_table(ways, absolute=False),
        candidates=pd.DataFrame.from_dict(scores, orient="index").rename_axis("map"),
        curve=_curve(forward, seen, held_out, ways[FORWARD], **options),
        checked=checked,
        held_out=held_out,
        n_texts=pairs.n_pairs,
        n_neighbors=n_neighbors,
        encoders=tuple(None if _is_array(side) else _extractor(side) for side in (old, new)),
    )


def _curve(
    method: Any,
    seen: ParallelCorpus,
    held_out: ParallelCorpus,
    whole: dict[str, Any],
    *,
    n_neighbors: int,
    random_state: int,
) -> Any:
    """Tabulate what is kept by the number of texts: an eighth of them, a quarter, a half, all."""
    S, T = held_out.source, held_out.target
    native = native_neighbours(T, n_neighbors)
    perfect = {measure: np.ones(len(T)) for measure in whole}
    order = np.random.default_rng(random_state).permutation(seen.n_pairs)
    parts: dict[str, Any] = {"": perfect}
    for share in (8, 4, 2):
        rows = np.sort(order[: seen.n_pairs // share])
        if len(rows) < FEWEST_TEXTS:
            continue
        fitted = Fitter(seen.source[rows], seen.target[rows], random_state)(method)
        parts[str(len(rows))] = neighbour_scores(T, fitted.transform(S), native)
    parts[str(seen.n_pairs)] = whole
    table = kept_table(parts, absolute=False).iloc[1:]
    table.index = table.index.astype(int).rename("n_texts")
    return table


def _pairs(old: Any, new: Any, texts: Sequence[str] | None) -> ParallelCorpus:
    """Return the vectors of both encoders, row by row."""
    arrays = _is_array(old), _is_array(new)
    if texts is None and not all(arrays):
        name = "old" if not arrays[0] else "new"
        raise ValueError(
            f"{name} is an encoder, and there are no texts for it: give texts=, or vectors"
        )
    lang: Any = {"source_lang": None, "target_lang": None}
    if not any(arrays):
        return ParallelCorpus(texts, texts, **lang).embed(_extractor(old), _extractor(new))
    sides = []
    for side, is_array, name in zip((old, new), arrays, ("old", "new"), strict=True):
        rows = as_float_matrix(side if is_array else _extractor(side).transform(texts), name=name)
        if texts is not None and len(rows) != len(texts):
            raise ValueError(f"{name} has {len(rows)} rows for {len(texts)} texts")
        sides.append(rows)
    if len(sides[0]) != len(sides[1]):
        raise ValueError(
            f"old has {len(sides[0])} rows and new {len(sides[1])}; row i of both must be the "
            "vector of the same text"
        )
    return ParallelCorpus(*sides, **lang)


def _is_array(side: Any) -> bool:
    """Tell vectors from an encoder."""
    return hasattr(side, "__array__") or isinstance(side, list | tuple)


def _extractor(side: Any) -> Any:
    """Return an extractor of whatever stands for an encoder."""
    return side if hasattr(side, "embed_language") else EmbeddingExtractor(side)
