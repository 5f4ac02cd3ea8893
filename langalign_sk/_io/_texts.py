"""From whatever holds texts to a list of str, or of two str a row, without guessing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias, TypeGuard

import numpy as np

from langalign_sk._io._frames import column_names, listed, pick, to_list, with_column

#: A row: one text, or two, such as a premise and a hypothesis.
TextRow: TypeAlias = "str | tuple[str, str]"

_NUMBERS = "biufc"  # numpy kinds: bool, int, unsigned, float, complex
_MAX_NAMED = 12  # types listed in an error
_QUOTED = 40  # characters of a text that an error shows
_PLACES = ("first text", "second text")


def as_text_rows(
    X: Any, *, column: Any = None, missing: str = "error", what: str = "X"
) -> list[TextRow]:
    """Read rows of one text each, or of two each, from a sequence, an array or a frame.

    Parameters
    ----------
    X : list, tuple, iterator, array, series or frame
        One text per row: any iterable of str, a 1-D or n x 1 NumPy array, a pandas, polars or
        Arrow series or index, a frame with one column, or a frame with several and `column`.
        Two: an iterable of tuples or lists of two str, an n x 2 array, or a frame and two names as
        `column`.
    column : hashable, or two of them, optional
        Name of the column with the texts, or names of two. Only frames have columns; it says
        nothing about other inputs.
    missing : {"error", "empty", "keep"}, default="error"
        What None, NaN and ``pandas.NA`` become: an error, the empty text, or None, for what comes
        behind to decide. Other values that are not texts (numbers, bytes) are always an error and
        never turned into text.
    what : str, default="X"
        Name of the input in errors.

    Returns
    -------
    list of str, or of tuple of two str
        A new list, possibly empty; every text is exactly of type str, characters as they were.

    Raises
    ------
    ValueError
        A bare string, missing values, several columns, an unknown column, rows of one text among
        rows of two.
    TypeError
        Values that are not texts, or an input without an order (dict, set).

    Examples
    --------
    >>> from langalign_sk._io._texts import as_text_rows
    >>> as_text_rows(["refund", None], missing="empty")
    ['refund', '']
    >>> as_text_rows([["it rains", "it is wet"]])
    [('it rains', 'it is wet')]
    """
    if missing not in ("error", "empty", "keep"):
        raise ValueError(f'missing must be "error" or "empty", got {missing!r}')
    values, places = _values(X, column, what)
    kinds = set(map(type, values))
    if kinds <= {str}:
        return values
    plain = kinds == {tuple} and set(map(len, values)) == {2}
    if plain and set(map(type, chain.from_iterable(values))) == {str}:
        return values
    if any(isinstance(value, list | tuple | np.ndarray) and len(value) == 2 for value in values):
        return list(_pairs(values, missing, what, places))
    return list(_only_texts(values, missing, what))


def as_texts(X: Any, *, column: Any = None, missing: str = "error", what: str = "X") -> list[str]:
    """Read rows of one text each; see `as_text_rows`.

    Examples
    --------
    >>> from langalign_sk._io._texts import as_texts
    >>> as_texts("refund")
    Traceback (most recent call last):
        ...
    ValueError: X must be a sequence of texts, string object received: wrap it in a list
    """
    rows = as_text_rows(X, column=column, missing=missing, what=what)
    if hold_two(rows):
        raise ValueError(f"{what} holds two texts a row, where one is wanted: pass one of the two")
    return rows  # type: ignore[return-value]


def with_texts(X: Any, rows: Sequence[TextRow], *, column: Any = None) -> Any:
    """Return other texts the way X holds its own, as `as_text_rows` read them.

    A frame gives a frame with the rest of its columns, a series of pandas one with its index, which
    tells other steps beside this one which row is which; everything else an array of str objects.

    Examples
    --------
    >>> from langalign_sk._io._texts import with_texts
    >>> with_texts(["a", "b"], ["A", "B"])
    array(['A', 'B'], dtype=object)
    """
    names = column_names(X)
    if names is None and hasattr(X, "iloc"):  # a series of pandas
        return type(X)(list(rows), index=X.index, name=X.name, dtype=object)
    if names is None:
        out = np.empty((len(rows), 2) if hold_two(rows) else len(rows), dtype=object)
        out[:] = rows
        return out
    column = names[0] if column is None else column
    if not isinstance(column, list | tuple) or column in names:
        return with_column(X, names, column, list(rows))
    sides = zip(*rows, strict=True) if rows else ((), ())
    for name, texts in zip(column, sides, strict=True):
        X = with_column(X, names, name, list(texts))
    return X


def hold_two(rows: Sequence[Any]) -> TypeGuard[Sequence[tuple[str, str]]]:
    """Tell whether rows, all alike, hold two texts each."""
    return len(rows) > 0 and isinstance(rows[0], tuple)


def two_columns(column: Any) -> bool:
    """Tell whether these are the names of two columns."""
    return isinstance(column, list | tuple) and len(column) == 2


def _values(X: Any, column: Any, what: str) -> tuple[list[Any], Sequence[str]]:
    """Rows of any supported container as a new list, still unchecked, and names of two places."""
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
    names = column_names(X)
    if names is not None:
        return _of_frame(X, names, column, what)
    if hasattr(X, "shape") and hasattr(X, "dtype"):
        X = _one_dimension(X, what)
    if not isinstance(X, Iterable):
        raise TypeError(f"{what} must be a sequence of texts, got {type(X).__name__}")
    return to_list(X), _PLACES


def _of_frame(X: Any, names: list[Any], column: Any, what: str) -> tuple[list[Any], Sequence[str]]:
    """Rows of one column of a frame, or of two."""
    if column is None and len(names) != 1:
        two = f", or both of them with column={tuple(names)!r}" if len(names) == 2 else ""
        raise ValueError(
            f"{what} is a frame with {len(names)} columns ({listed(names)}): "
            f"say which one holds the texts with column={two}"
        )
    column = names[0] if column is None else column
    if isinstance(column, list | tuple) and column not in names:  # a tuple may be one name
        if len(column) != 2:
            raise ValueError(
                f"column={column!r} names {len(column)} columns; a row holds one text or two"
            )
        sides = [to_list(pick(X, names, name, "column", what)) for name in column]
        return list(zip(*sides, strict=True)), [f"column {name!r}" for name in column]
    return to_list(pick(X, names, column, "column", what)), _PLACES


def _one_dimension(X: Any, what: str) -> Any:
    """Keep a 1-D array and an n x 2 one, ravel an n x 1 one, refuse the rest."""
    shape = tuple(X.shape)
    if len(shape) == 2 and shape[1] == 1 and hasattr(X, "ravel"):
        return X.ravel()
    numbers = getattr(X.dtype, "kind", "f") in _NUMBERS  # a torch tensor's dtype has no kind
    if len(shape) == 1 or (len(shape) == 2 and shape[1] == 2 and not numbers):
        return X
    size = " x ".join(map(str, shape)) or "0-dimensional"
    if numbers:
        raise TypeError(
            f"{what} holds numbers, not texts ({size} {type(X).__name__}); vectors need no encoder"
        )
    raise ValueError(
        f"{what} must have one text per row, or two, got a {size} {type(X).__name__}: pass one "
        "column, X[:, i], or a frame with column="
    )


def _pairs(
    values: list[Any], missing: str, what: str, places: Sequence[str]
) -> Iterable[tuple[str, str]]:
    """Rows of two texts; an error that names the row and which of its texts is none."""
    parts: list[Any] = []
    for row, value in enumerate(values):
        if isinstance(value, list | tuple | np.ndarray):
            if len(value) != 2:
                raise ValueError(
                    f"{what}: row {row} holds {len(value)} texts; a row holds one text or two, and "
                    "all rows alike"
                )
            parts.extend(value)
        elif _is_missing(value):
            parts += [value, value]
        else:
            two = next(i for i, v in enumerate(values) if isinstance(v, list | tuple | np.ndarray))
            raise ValueError(
                f"{what} mixes rows of one text and rows of two: row {two} holds two, row {row} is "
                f"{_described(value)}; all rows must hold equally many"
            )
    texts = _only_texts(parts, missing, what, places)
    return zip(texts[::2], texts[1::2], strict=True)


def _only_texts(
    values: list[Any], missing: str, what: str, places: Sequence[str] = ()
) -> list[str]:
    """Texts as plain str; an error that names the first row that is none, and where in a row."""
    texts: list[str] = []
    bad: list[int] = []
    for number, value in enumerate(values):
        if isinstance(value, str):
            texts.append(str.__str__(value))  # numpy.str_, enum members: the characters alone
        elif missing != "error" and _is_missing(value):
            # Steps ahead of the encoder alone ask for None: texts, to all others.
            texts.append("" if missing == "empty" else None)  # type: ignore[arg-type]
        else:
            bad.append(number)
    if not bad:
        return texts
    wrong = [values[number] for number in bad]
    first = wrong[0]
    types = Counter(type(value).__name__ for value in wrong).most_common(_MAX_NAMED)
    counted = ", ".join(f"{name} x {count}" for name, count in types)
    unit = "rows"
    where = f"row {bad[0]}"
    if places:
        where, unit = f"row {bad[0] // 2}, {places[bad[0] % 2]}", "texts"
    where = f"{where} is {_described(first)} ({len(bad)} of {len(values)} {unit}: {counted})"
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


def well_formed(text: str) -> str:
    """Replace halves of broken surrogate pairs by U+FFFD: files and frames of Arrow have none."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def quoted(text: TextRow) -> str:
    """Quote the beginning of a text, or of each of two, for errors and logs."""
    if isinstance(text, tuple):
        return f"({', '.join(map(quoted, text))})"
    return repr(text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…")
