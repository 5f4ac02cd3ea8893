"""From whatever holds texts to a list of str, without guessing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import numpy as np

_NUMBERS = "biufc"  # numpy kinds: bool, int, unsigned, float, complex
_MAX_NAMED = 12  # columns or types listed in an error
_QUOTED = 40  # characters of a text that an error shows


def as_texts(X: Any, *, column: Any = None, missing: str = "error", what: str = "X") -> list[str]:
    """Read texts from a sequence, an array, a series or a frame.

    Parameters
    ----------
    X : list, tuple, iterator, array, series or frame
        One text per row: any iterable of str, a 1-D or n x 1 NumPy array, a pandas, polars or
        Arrow series or index, a frame with one column, or a frame with several and `column`.
    column : hashable, optional
        Name of the column with the texts. Only frames have columns; it says nothing about other
        inputs.
    missing : {"error", "empty"}, default="error"
        What None, NaN and ``pandas.NA`` become: an error, or the empty text. Other values that are
        not texts (numbers, bytes) are always an error and never turned into text.
    what : str, default="X"
        Name of the input in errors.

    Returns
    -------
    list of str
        A new list, possibly empty; every item is exactly of type str, characters as they were.

    Raises
    ------
    ValueError
        A bare string, missing values, several columns, an unknown column.
    TypeError
        Values that are not texts, or an input without an order (dict, set).

    Examples
    --------
    >>> from langalign_sk._io._texts import as_texts
    >>> as_texts(["refund", None], missing="empty")
    ['refund', '']
    >>> as_texts("refund")
    Traceback (most recent call last):
        ...
    ValueError: X must be a sequence of texts, string object received: wrap it in a list
    """
    if missing not in ("error", "empty"):
        raise ValueError(f'missing must be "error" or "empty", got {missing!r}')
    values = _values(X, column, what)
    if set(map(type, values)) <= {str}:
        return values
    return _only_texts(values, missing, what)


def language_column(X: Any, lang_column: Any, n_rows: int) -> list[str]:
    """Read the language code of each row from a column of a frame.

    Parameters
    ----------
    X : frame
        A pandas, polars or Arrow frame.
    lang_column : hashable
        Name of the column with the codes.
    n_rows : int
        Number of rows the texts have.

    Returns
    -------
    list of str
        One code per row, as it stands in the frame.
    """
    names = _column_names(X)
    if names is None:
        raise TypeError(
            f"lang_column={lang_column!r} names a column, so X must be a frame; got "
            f"{type(X).__name__}. Pass a frame with that column, say lang=, or leave "
            "lang_column=None"
        )
    codes = _to_list(_pick(X, names, lang_column, "lang_column", "X"))
    if len(codes) != n_rows:
        raise ValueError(f"column {lang_column!r} has {len(codes)} rows, the texts {n_rows}")
    bad = [row for row, code in enumerate(codes) if not isinstance(code, str) or not code]
    if bad:
        code = codes[bad[0]]
        seen = "an empty str" if isinstance(code, str) else type(code).__name__
        raise ValueError(
            f"column {lang_column!r}: row {bad[0]} holds {seen}, not a language code "
            f"({len(bad)} such rows of {n_rows}); fill in the codes or drop these rows"
        )
    return [str.__str__(code) for code in codes]


def _values(X: Any, column: Any, what: str) -> list[Any]:
    """Rows of any supported container as a new list, still unchecked."""
    if isinstance(X, str):
        raise ValueError(
            f"{what} must be a sequence of texts, string object received: wrap it in a list"
        )
    if isinstance(X, bytes | bytearray):
        raise ValueError(
            f"{what} must be a sequence of texts, got {type(X).__name__}: decode it and wrap it "
            "in a list"
        )
    if isinstance(X, Mapping | set | frozenset):
        raise TypeError(
            f"{what} must be a sequence of texts with one text per row, got {type(X).__name__}: "
            "pass a list, an array, a series or a frame"
        )
    names = _column_names(X)
    if names is not None:
        if column is None and len(names) != 1:
            raise ValueError(
                f"{what} is a frame with {len(names)} columns ({_listed(names)}): "
                "say which one holds the texts with column="
            )
        return _to_list(_pick(X, names, names[0] if column is None else column, "column", what))
    if hasattr(X, "shape") and hasattr(X, "dtype"):
        X = _one_dimension(X, what)
    if not isinstance(X, Iterable):
        raise TypeError(f"{what} must be a sequence of texts, got {type(X).__name__}")
    return _to_list(X)


def _column_names(X: Any) -> list[Any] | None:
    """Column names of a frame (by its shape, not its library); None for anything else."""
    kind = type(X)
    if hasattr(kind, "collect") and hasattr(kind, "collect_schema"):
        raise TypeError(f"got a {kind.__name__}, which holds no rows yet: call .collect() first")
    for attribute in ("column_names", "columns"):  # Arrow's .columns are the data itself
        if hasattr(kind, attribute) and hasattr(kind, "__getitem__"):
            return list(getattr(X, attribute))
    return None


def _pick(X: Any, names: list[Any], column: Any, parameter: str, what: str) -> Any:
    """One column of a frame, by name."""
    count = names.count(column)
    if count != 1:
        problem = "has no column" if count == 0 else f"has {count} columns named"
        raise ValueError(
            f"{parameter}={column!r}: {what} {problem} {column!r}; its columns are {_listed(names)}"
        )
    return X[column]


def _one_dimension(X: Any, what: str) -> Any:
    """Keep a 1-D array, ravel an n x 1 one, refuse the rest."""
    shape = tuple(X.shape)
    if len(shape) == 2 and shape[1] == 1 and hasattr(X, "ravel"):
        return X.ravel()
    if len(shape) == 1:
        return X
    size = " x ".join(map(str, shape)) or "0-dimensional"
    if getattr(X.dtype, "kind", "f") in _NUMBERS:  # a torch tensor's dtype has no kind
        raise TypeError(
            f"{what} holds numbers, not texts ({size} {type(X).__name__}); vectors need no encoder"
        )
    raise ValueError(
        f"{what} must have one text per row, got a {size} {type(X).__name__}: pass one column, "
        "X[:, i], or a frame with column="
    )


def _to_list(rows: Any) -> list[Any]:
    """Rows in order of position, as Python objects."""
    for method in ("to_pylist", "to_list", "tolist"):  # Arrow; pandas and polars; NumPy
        if hasattr(rows, method):
            return list(getattr(rows, method)())
    return list(rows)


def _only_texts(values: list[Any], missing: str, what: str) -> list[str]:
    """Rows as plain str; an error that names the first row that is not a text."""
    texts: list[str] = []
    bad: list[int] = []
    for row, value in enumerate(values):
        if isinstance(value, str):
            texts.append(str.__str__(value))  # numpy.str_, enum members: the characters alone
        elif missing == "empty" and _is_missing(value):
            texts.append("")
        else:
            bad.append(row)
    if not bad:
        return texts
    wrong = [values[row] for row in bad]
    first = wrong[0]
    types = Counter(type(value).__name__ for value in wrong).most_common(_MAX_NAMED)
    counted = ", ".join(f"{name} x {count}" for name, count in types)
    where = f"row {bad[0]} is {_described(first)} ({len(bad)} of {len(values)} rows: {counted})"
    if all(map(_is_missing, wrong)):
        raise ValueError(
            f'{what} has missing values: {where}; drop these rows or set missing="empty" to read '
            "them as empty texts"
        )
    if not texts and all(isinstance(value, bool | int | float | np.generic) for value in wrong):
        raise TypeError(f"{what} holds numbers, not texts: {where}")
    hint = "decode bytes first" if isinstance(first, bytes) else "nothing is turned into text here"
    raise TypeError(f"{what} must hold texts only: {where}; {hint}")


def _is_missing(value: Any) -> bool:
    """None, NaN or a missing-value marker of pandas, without importing pandas."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating) and bool(value != value)


def _described(value: Any) -> str:
    """Name a value by its type, or as missing; its content stays out of errors."""
    if value is None:
        return "None"
    if _is_missing(value):
        return "NaN" if isinstance(value, float | np.floating) else "NA"
    return f"of type {type(value).__name__}"


def _listed(names: list[Any]) -> str:
    """List column names for an error, the first few of many."""
    shown = ", ".join(repr(name) for name in islice(names, _MAX_NAMED))
    return shown if len(names) <= _MAX_NAMED else f"{shown}, ... ({len(names)} in all)"


def quoted(text: str) -> str:
    """Quote the beginning of a text, for errors and logs."""
    return repr(text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…")
