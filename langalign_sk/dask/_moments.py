"""Moments of rows in partitions: one pass over each where it is, and a tree of sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from langalign_sk.corpus import Moments, PairMoments
from langalign_sk.dask._needed import needed

#: Moments added up by one task.
_SUMMED = 8


def row_moments(rows: Any, weight: Any = None) -> Moments:
    """Moments of vectors in a Dask collection.

    Parameters
    ----------
    rows : dask Array, Series, DataFrame or Bag
        An Array of vectors, a Series or Bag of vectors, or a DataFrame of numbers.
    weight : dask Array, Series or Bag, optional
        Weight of each row, in the same partitions.

    Returns
    -------
    Moments
        Those of all rows, computed by the scheduler in use.

    See Also
    --------
    pair_moments : Of pairs of rows.

    Examples
    --------
    >>> import dask.array as da
    >>> import numpy as np
    >>> from langalign_sk.dask import row_moments
    >>> rows = np.random.default_rng(0).normal(size=(1000, 3))
    >>> found = row_moments(da.from_array(rows, chunks=(300, 3)))
    >>> found
    Moments(n=1000, width=3)
    >>> bool(np.allclose(found.mean, rows.mean(axis=0)))
    True
    """
    found: Moments = _computed([rows, weight], _of_rows)
    return found


def pair_moments(source: Any, target: Any, weight: Any = None) -> PairMoments:
    """Moments of pairs of vectors in two Dask collections.

    Parameters
    ----------
    source, target : dask Array, Series, DataFrame or Bag
        Row i of one is the translation of row i of the other. Both are cut into the same
        partitions; Arrays are cut alike by this function.
    weight : dask Array, Series or Bag, optional
        Weight of each pair, in the same partitions.

    Returns
    -------
    PairMoments
        Those of all pairs, computed by the scheduler in use. They are what ``fit_moments`` of every
        moment map takes.

    See Also
    --------
    row_moments : Of single rows.
    read_vectors : Vectors in a folder of parquet as an Array.

    Notes
    -----
    Each partition is read once, where it is. Only its moments travel: three matrices of float64,
    3.5 MB for two sides of 384 columns, whatever the number of rows. Sums are exact for moments, so
    that partitions may be of any size, may come in any order, and may be computed again after the
    loss of a worker. The result differs from one pass in memory by rounding alone.

    Examples
    --------
    >>> import dask.array as da
    >>> import numpy as np
    >>> from langalign_sk.dask import pair_moments
    >>> from langalign_sk.maps import ProcrustesMap
    >>> rng = np.random.default_rng(0)
    >>> source = rng.normal(size=(1000, 3))
    >>> target = source[:, ::-1]
    >>> moments = pair_moments(da.from_array(source, chunks=300), da.from_array(target, chunks=250))
    >>> moments
    PairMoments(n=1000, widths=(3, 3))
    >>> fitted = ProcrustesMap().fit_moments(moments)
    >>> bool(np.allclose(fitted.transform(source), target))
    True
    """
    found: PairMoments = _computed([source, target, weight], _of_pairs)
    return found


def _computed(sides: Sequence[Any], moments: Any) -> Any:
    """Compute the moments of each partition, and add them up."""
    dask = needed("dask")
    parts = _partitions(sides)
    tasks = [dask.delayed(moments, pure=True)(*part) for part in parts]
    while len(tasks) > 1:
        groups = [tasks[start : start + _SUMMED] for start in range(0, len(tasks), _SUMMED)]
        tasks = [dask.delayed(_sum, pure=True)(group) for group in groups]
    total = tasks[0].compute()
    if total is None:
        raise ValueError("no row has a weight above zero")
    return total


def _partitions(sides: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Partitions of all sides, row-aligned; None stands for a side that is not there."""
    array = needed("dask.array").Array
    first = sides[0]
    if isinstance(first, array):
        sides = [
            side.rechunk({0: first.chunks[0]})
            if isinstance(side, array) and side.shape[0] == first.shape[0]
            else side
            for side in sides
        ]
    lists = [None if side is None else _delayed(side) for side in sides]
    counts = [len(parts) for parts in lists if parts is not None]
    if len(set(counts)) > 1:
        raise ValueError(
            f"the sides have {', '.join(map(str, counts))} partitions, so that their rows do not "
            "belong together: repartition them alike"
        )
    if not counts[0]:
        raise ValueError("there are no partitions")
    return [
        tuple(None if parts is None else parts[number] for parts in lists)
        for number in range(counts[0])
    ]


def _delayed(side: Any) -> list[Any]:
    """Partitions of a collection, as tasks."""
    if not hasattr(side, "to_delayed"):
        raise TypeError(
            f"a Dask Array, Series, DataFrame or Bag is needed, got {type(side).__name__}; "
            "what is in memory has moments of its own, ParallelCorpus(...).moments"
        )
    if getattr(side, "ndim", None) == 2 and hasattr(side, "rechunk"):
        side = side.rechunk({1: -1})
    parts = side.to_delayed()
    return list(parts.ravel() if isinstance(parts, np.ndarray) else parts)


def _of_rows(rows: Any, weight: Any) -> Moments | None:
    """Moments of one partition; None where nothing in it has a weight."""
    matrix, weights = _vectors(rows), _weights(weight)
    return Moments.from_rows(matrix, weights) if _counts(matrix, weights) else None


def _of_pairs(source: Any, target: Any, weight: Any) -> PairMoments | None:
    """Moments of the pairs of one partition; None where nothing in it has a weight."""
    S, T, weights = _vectors(source), _vectors(target), _weights(weight)
    return PairMoments.from_rows(S, T, weights) if _counts(S, weights) else None


def _counts(matrix: Any, weights: Any) -> bool:
    """Tell whether a partition adds anything."""
    return len(matrix) > 0 and (weights is None or bool(weights.any()))


def _sum(parts: Sequence[Any]) -> Any:
    """Add moments up, in their order."""
    total = None
    for part in parts:
        if part is not None:
            total = part if total is None else total + part
    return total


def as_block(part: Any) -> Any:
    """Rows of a partition as a matrix: an array, a frame of numbers, a series or list of vectors.

    Texts stay a list.
    """
    if hasattr(part, "to_numpy"):
        part = part.to_numpy()
    elif not isinstance(part, np.ndarray):
        part = list(part)
    if len(part) and (isinstance(part, list) or part.dtype == object) and np.ndim(part[0]) == 1:
        return np.stack([np.asarray(row) for row in part])
    return part


def _vectors(part: Any) -> Any:
    """Vectors of a partition."""
    rows = as_block(part)
    if len(rows) and isinstance(rows[0], str):
        raise ValueError(
            "vectors are needed, got texts: encode them first, with map_rows. A frame that held "
            "vectors may hold their text by now; what keeps Dask from writing it is "
            'dask.config.set({"dataframe.convert-string": False})'
        )
    return rows


def _weights(part: Any) -> Any:
    """Weights of a partition."""
    return None if part is None else np.asarray(as_block(part), dtype=np.float64)
