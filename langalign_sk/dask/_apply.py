"""A fitted model over the partitions of a collection."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk.dask._moments import as_block
from langalign_sk.dask._needed import needed
from langalign_sk.dask._shipping import Parcel, shipped, unpacked

_PER_CLASS = ("predict_proba", "predict_log_proba")


def map_rows(model: Any, X: Any, *, method: str = "transform") -> Any:
    """Apply a fitted model to every partition; nothing runs until the result is asked for.

    Parameters
    ----------
    model : object
        A fitted extractor, map, aligner or pipeline.
    X : dask Array, Series, DataFrame or Bag
        Texts or vectors.
    method : {"transform", "predict", "predict_proba", "decision_function"} or str, \
            default="transform"
        What to call.

    Returns
    -------
    dask Array, Series, DataFrame or Bag
        Of the kind of `X`: an Array; a Series of answers, or a DataFrame with a column each for
        what has several, with the index of `X`; a Bag of rows.

    See Also
    --------
    embed_parquet : Vectors of a folder of texts, as files.

    Notes
    -----
    The model travels once to each worker and is unpacked once per process, known by a digest of
    its content. An encoder that it names is loaded there, from that machine's disk or the hub.
    Vectors are remembered as the extractor's `cache` says: processes of one pool on one machine
    share ``"memory"``, and a folder that all machines reach is shared by all of them. Each text is
    then encoded once.

    Examples
    --------
    >>> import dask.array as da
    >>> import numpy as np
    >>> from langalign_sk.dask import map_rows
    >>> from langalign_sk.maps import ProcrustesMap
    >>> source = np.random.default_rng(0).normal(size=(100, 3))
    >>> fitted = ProcrustesMap().fit(source, source[:, ::-1])
    >>> moved = map_rows(fitted, da.from_array(source, chunks=(30, 3)))
    >>> moved
    dask.array<...shape=(100, 3)...>
    >>> bool(np.allclose(moved.compute(), source[:, ::-1]))
    True
    """
    if not hasattr(model, method):
        raise TypeError(f"{type(model).__name__} has no method {method!r}")
    if hasattr(X, "chunks"):
        return _over_blocks(model, X, method)
    if hasattr(X, "divisions"):
        return _over_frames(model, X, method)
    if hasattr(X, "map_partitions"):
        return X.map_partitions(_rows_of, shipped(model), method=method)
    raise TypeError(f"X must be a Dask Array, Series, DataFrame or Bag, got {type(X).__name__}")


def _over_blocks(model: Any, X: Any, method: str) -> Any:
    """Apply a model to an Array."""
    names, dtype = _answers(model, method, X.dtype)
    if X.ndim == 2:
        X = X.rechunk({1: -1})
    size = () if names is None else (len(names),)
    how: dict[str, Any] = {"chunks": (X.chunks[0], *size)}
    if X.ndim == 2 and names is None:
        how["drop_axis"] = 1
    elif X.ndim == 1 and names is not None:
        how["new_axis"] = 1
    meta = np.empty((0,) * (1 + len(size)), dtype)
    return X.map_blocks(_called, packed=shipped(model), method=method, meta=meta, **how)


def _over_frames(model: Any, X: Any, method: str) -> Any:
    """Apply a model to a Series or DataFrame."""
    pandas = needed("pandas")
    names, dtype = _answers(model, method, np.dtype(np.float32))
    dtype = np.dtype(object) if dtype.kind in "US" else dtype
    if names is None:
        meta: Any = pandas.Series([], dtype=dtype, name=method)
    else:
        meta = pandas.DataFrame({name: np.empty(0, dtype) for name in names})
    # Not map_partitions, of which older versions of Dask hand on tasks as they are.
    packed, task = shipped(model), needed("dask").delayed(_frame_of, pure=True)
    parts = [task(part, packed, method, meta) for part in X.to_delayed()]
    return needed("dask.dataframe").from_delayed(
        parts, meta=meta, divisions=X.divisions, verify_meta=False
    )


def _answers(model: Any, method: str, given: Any) -> tuple[list[Any] | None, Any]:
    """Names of what a method gives for a row, None where it is one number or class; the type."""
    classes = getattr(model, "classes_", None)
    if method.startswith("predict") and method not in _PER_CLASS:
        return None, np.dtype(float) if classes is None else np.asarray(classes).dtype
    if method == "decision_function" and classes is not None and len(classes) == 2:
        return None, np.dtype(float)
    if method in (*_PER_CLASS, "decision_function") and classes is not None:
        return list(classes), np.dtype(float)
    dtype = given if given.kind == "f" else np.dtype(np.float32)
    if hasattr(model, "n_features_out_"):
        return [f"column{number}" for number in range(model.n_features_out_)], dtype
    return list(model.get_feature_names_out()), dtype


def _called(part: Any, packed: Parcel, method: str) -> Any:
    """Answers for the rows of a partition."""
    is_frame = getattr(part, "ndim", 1) == 2 and hasattr(part, "columns")
    rows = part if is_frame else as_block(part)
    found = getattr(unpacked(packed), method)(rows)
    return found.toarray() if hasattr(found, "toarray") else np.asarray(found)


def _rows_of(part: Any, packed: Parcel, method: str) -> list[Any]:
    """Answers for a partition of a Bag."""
    rows = list(part)
    return list(_called(rows, packed, method)) if rows else []


def _frame_of(part: Any, packed: Parcel, method: str, meta: Any) -> Any:
    """Answers for a partition of a Series or DataFrame, under its index."""
    if not len(part):
        return meta
    found = _called(part, packed, method)
    made = (
        type(meta)(found, index=part.index, name=meta.name)
        if meta.ndim == 1
        else type(meta)(found, index=part.index, columns=meta.columns)
    )
    return made.astype(meta.dtype if meta.ndim == 1 else dict(meta.dtypes))
