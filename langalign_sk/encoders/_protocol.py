"""The one thing that all encoders are, and what they owe: finite float32 rows, one per text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from langalign_sk._io import TextRow, hold_two, quoted
from langalign_sk._numeric import Float32Array, as_numpy
from langalign_sk.encoders._run import Run

_NAMED = 3  # texts named in an error


@dataclass(frozen=True)
class Prepared:
    """Texts as an encoder wants them, tokenised once."""

    items: Sequence[Any]
    sizes: Sequence[int]
    """Cost of each: tokens, or characters where nobody counts tokens."""
    n_cut: int = 0
    """Texts longer than the encoder takes, which lost their end."""
    elsewhere: bool = False
    """Encoding leaves the processor to other work: a GPU does it."""


class Encoder(Protocol):
    """Texts to vectors, ready to use; each kind of model has its own."""

    @property
    def name(self) -> str:
        """The user's name for it, for errors."""

    @property
    def spec(self) -> str:
        """Digest of everything that defines the vectors."""

    @property
    def weights(self) -> tuple[str, str] | None:
        """Name and fingerprint of the checkpoint; None for objects."""

    @property
    def takes_threads(self) -> bool:
        """Several threads may encode at once."""

    def width(self) -> int | None:
        """Width of the vectors where it can be told without encoding."""

    def chunk(self) -> tuple[int | None, int]:
        """Tokens after which vectors are put away, or else texts."""

    def prepare(self, texts: Sequence[TextRow]) -> Prepared:
        """Texts as `encode` wants them; of two read together, each is a tuple."""

    def encode(self, items: Sequence[Any], run: Run) -> Any:
        """Vectors of prepared texts, one row each, not checked."""


def told_width(model: Any) -> int | None:
    """Width of the vectors of an object that can tell it, as sentence-transformers does."""
    # Renamed in sentence-transformers 5.x; the old name warns there.
    for name in ("get_embedding_dimension", "get_sentence_embedding_dimension"):
        if hasattr(model, name):
            width = getattr(model, name)()
            return None if width is None else int(width)
    size = getattr(model, "embedding_size", None)  # fastembed
    return int(size) if isinstance(size, int | np.integer) else None


def refuse_two(name: str, texts: Sequence[TextRow]) -> None:
    """Raise for rows of two texts, which only some encoders read together."""
    if hold_two(texts):
        raise ValueError(
            f'{name} reads one text at a time, not the two of a row together: two_texts="apart" '
            "has each encoded by itself"
        )


def checked_rows(
    name: str, texts: Sequence[TextRow], output: Any, width: int | None = None
) -> Float32Array:
    """Return an encoder's output as finite float32 rows, one per text, of the known width."""
    if hasattr(output, "toarray"):
        output = output.toarray()
    if isinstance(output, list | tuple):
        output = [as_numpy(row) for row in output]
    try:
        with np.errstate(over="ignore"):  # too large for float32: infinity, reported below
            vectors = np.asarray(as_numpy(output)).astype(np.float32, copy=False)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{name} returned {type(output).__name__} that does not read as numbers, one row per "
            f"text ({error}), for {_named(texts)}"
        ) from error
    if vectors.ndim != 2:
        raise ValueError(
            f"{name} returned an array of shape {vectors.shape} for {len(texts)} texts; a 2-D "
            f"array with one row per text is needed; the texts: {_named(texts)}"
        )
    if len(vectors) != len(texts):
        raise ValueError(
            f"{name} returned {len(vectors)} rows for {len(texts)} texts: {_named(texts)}"
        )
    if not vectors.shape[1] or (width is not None and vectors.shape[1] != width):
        raise ValueError(
            f"{name} returned vectors of width {vectors.shape[1]}, before that of width {width}, "
            f"for {_named(texts)}"
        )
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        kind = "NaN" if np.isnan(vectors[bad]).any() else "infinity"
        raise ValueError(
            f"{name} returned {kind} for {len(bad)} of {len(texts)} texts: "
            f"{_named([texts[row] for row in bad.tolist()])}"
        )
    return vectors


def _named(texts: Sequence[TextRow]) -> str:
    """Quote the first texts, shortened, for errors."""
    shown = ", ".join(map(quoted, texts[:_NAMED]))
    return shown if len(texts) <= _NAMED else f"{shown} and {len(texts) - _NAMED} more"
