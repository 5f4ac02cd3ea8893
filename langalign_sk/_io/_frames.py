"""Columns of frames of any library, by name."""

from __future__ import annotations

from itertools import islice
from typing import Any

_MAX_NAMED = 12  # columns listed in an error


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
    names = column_names(X)
    if names is None:
        raise TypeError(
            f"lang_column={lang_column!r} names a column, so X must be a frame; got "
            f"{type(X).__name__}. Pass a frame with that column, say lang=, or leave "
            "lang_column=None"
        )
    codes = to_list(pick(X, names, lang_column, "lang_column", "X"))
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


def column_names(X: Any) -> list[Any] | None:
    """Column names of a frame (by its shape, not its library); None for anything else."""
    kind = type(X)
    if hasattr(kind, "collect") and hasattr(kind, "collect_schema"):
        raise TypeError(f"got a {kind.__name__}, which holds no rows yet: call .collect() first")
    for attribute in ("column_names", "columns"):  # Arrow's .columns are the data itself
        if hasattr(kind, attribute) and hasattr(kind, "__getitem__"):
            return list(getattr(X, attribute))
    return None


def pick(X: Any, names: list[Any], column: Any, parameter: str, what: str) -> Any:
    """One column of a frame, by name."""
    count = names.count(column)
    if count != 1:
        problem = "has no column" if count == 0 else f"has {count} columns named"
        raise ValueError(
            f"{parameter}={column!r}: {what} {problem} {column!r}; its columns are {listed(names)}"
        )
    return X[column]


def with_column(X: Any, names: list[Any], column: Any, values: list[Any]) -> Any:
    """Return a frame like X with other values in one column; X stays as it is."""
    if hasattr(X, "iloc"):  # pandas
        out = X.copy(deep=False)
        out[column] = values
        return out
    if hasattr(X, "with_columns"):  # polars
        return X.with_columns(type(X[column])(column, values))
    return X.set_column(names.index(column), column, [values])  # Arrow


def to_list(rows: Any) -> list[Any]:
    """Rows in order of position, as Python objects."""
    for method in ("to_pylist", "to_list", "tolist"):  # Arrow; pandas and polars; NumPy
        if hasattr(rows, method):
            return list(getattr(rows, method)())
    return list(rows)


def listed(names: list[Any]) -> str:
    """List column names for an error, the first few of many."""
    shown = ", ".join(repr(name) for name in islice(names, _MAX_NAMED))
    return shown if len(names) <= _MAX_NAMED else f"{shown}, ... ({len(names)} in all)"
