"""Matrices of vectors: checked, walked in blocks, brought to unit length."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]
Float32Array: TypeAlias = npt.NDArray[np.float32]
Float64Array: TypeAlias = npt.NDArray[np.float64]


def as_numpy(a: Any) -> Any:
    """Return torch tensors as numpy arrays, everything else untouched.

    Gradients are detached, tensors come from their device, and the half-precision types become
    float32 (numpy has no bfloat16). Torch is looked up, never imported: without it loaded there
    can be no tensor.
    """
    tensor: Any = a
    torch: Any = sys.modules.get("torch")
    if torch is None or not isinstance(a, getattr(torch, "Tensor", ())):
        return a
    tensor = tensor.detach().cpu()
    if tensor.dtype in (torch.bfloat16, torch.float16):
        tensor = tensor.float()
    return tensor.numpy()


def as_float_matrix(a: Any, *, name: str) -> FloatArray:
    """Return `a` as a finite 2-D float32 or float64 array with rows and columns.

    Parameters
    ----------
    a : array-like of shape (n, d)
        float32 and float64 arrays come back without a copy; float16 becomes float32; integers,
        booleans, other floats and nested lists become float64.
    name : str
        What the array is, for error messages.

    Returns
    -------
    ndarray of shape (n, d)

    Raises
    ------
    TypeError
        For sparse matrices, texts, complex numbers and other things that are not real numbers.
    ValueError
        For another number of dimensions, an empty array, NaN or infinity (naming the first row).
    """
    matrix = as_matrix(a, name=name)
    for rows in row_blocks(matrix.shape[0], matrix.shape[1]):
        check_finite(matrix[rows], name=name, first_row=rows.start)
    return matrix


def as_matrix(a: Any, *, name: str) -> FloatArray:
    """Do all of `as_float_matrix` but the pass over the values that looks for NaN."""
    if hasattr(a, "toarray") and hasattr(a, "nnz"):
        raise TypeError(f"{name}: a dense array is needed, got a sparse one; use .toarray()")
    try:
        array = np.asarray(as_numpy(a))
    except ValueError as error:  # ragged lists
        raise ValueError(f"{name}: rows of one length are needed ({error})") from error
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise TypeError(f"{name}: numbers are needed, got Python objects") from error
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: real numbers are needed, got dtype {array.dtype}")
    if array.ndim != 2:
        raise ValueError(
            f"{name}: a 2-D array with one row per item is needed, got shape {array.shape}"
        )
    if 0 in array.shape:
        raise ValueError(
            f"{name}: at least one row and one column are needed, got shape {array.shape}"
        )
    if array.dtype.kind == "f" and array.dtype.itemsize <= 4:
        return np.asarray(array, dtype=np.float32)
    return np.asarray(array, dtype=np.float64)


def check_finite(block: FloatArray, *, name: str, first_row: int = 0) -> None:
    """Raise for NaN or infinity, naming the row counted from `first_row`."""
    # A finite sum means finite entries; only a suspicious block pays for a look at each entry.
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(block.sum()):
            return
    bad = ~np.isfinite(block).all(axis=1)
    if not bad.any():  # the sum overflowed, the entries did not
        return
    row = int(bad.argmax())
    what = "NaN" if np.isnan(block[row]).any() else "infinity"
    raise ValueError(f"{name}: row {first_row + row} holds {what}")


def as_weights(sample_weight: Any, n_rows: int) -> Float64Array | None:
    """Return row weights as float64 (None stays None): finite, not negative, not all zero."""
    if sample_weight is None:
        return None
    try:
        weights = np.asarray(as_numpy(sample_weight), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError("sample_weight: one number per row is needed") from error
    if weights.shape != (n_rows,):
        raise ValueError(
            f"sample_weight: one weight per row is needed, got shape {weights.shape} "
            f"for {n_rows} rows"
        )
    bad = ~np.isfinite(weights) | (weights < 0)
    if bad.any():
        row = int(bad.argmax())
        raise ValueError(
            f"sample_weight: row {row} has weight {weights[row]}; weights must be finite and >= 0"
        )
    if not weights.any():
        raise ValueError("sample_weight: all weights are zero; at least one must be positive")
    with np.errstate(over="ignore"):
        squares = weights @ weights
    if not 0 < squares < np.inf:
        raise ValueError(
            f"sample_weight: weights up to {weights.max():.3g} have squares that no float64 holds; "
            "multiply all of them by one number"
        )
    return weights


def row_blocks(n_rows: int, width: int, *, block_bytes: int = 32 * 2**20) -> Iterator[slice]:
    """Give slices that cover `n_rows` rows, each of at most `block_bytes` as float64."""
    step = max(1, block_bytes // (8 * max(1, width)))
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))


def row_lengths(rows: FloatArray) -> Float64Array:
    """Return lengths in float64: squares of large or small float32 numbers fall out of range."""
    lengths: Float64Array = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    return lengths


def centred_units(rows: FloatArray, mean: Float64Array) -> Float64Array:
    """Return rows less the mean, of unit length; rows at the mean stay zero."""
    centred: Float64Array = rows - mean
    lengths = row_lengths(centred)[:, None]
    np.divide(centred, lengths, out=centred, where=lengths > 0)
    return centred


def mean_and_spread(X: FloatArray, weights: Float64Array | None) -> tuple[Float64Array, float]:
    """Return the weighted mean of the rows and their total variance, of one pass over blocks."""
    mean, total, scatter = np.zeros(X.shape[1]), 0.0, 0.0
    for rows in row_blocks(*X.shape):
        w = np.ones(rows.stop - rows.start) if weights is None else weights[rows]
        weight = float(w.sum())
        if weight == 0:
            continue
        block = np.asarray(X[rows], dtype=np.float64)
        step = w @ block / weight - mean
        centred = block - (mean + step)
        share = weight / (total + weight)
        scatter += float(w @ np.einsum("ij,ij->i", centred, centred))
        scatter += total * share * float(step @ step)
        mean, total = mean + share * step, total + weight
    return mean, scatter / total
