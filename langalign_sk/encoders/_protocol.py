"""The one thing that all encoders are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from langalign_sk.encoders._batches import Prepared
from langalign_sk.encoders._run import Run


class Encoder(Protocol):
    """Texts to vectors, ready to use; each kind of model has its own."""

    name: str
    """What the user calls it, for errors."""
    spec: str
    """Digest of everything that defines the vectors."""
    weights: tuple[str, str] | None
    """Name and fingerprint of the checkpoint; None for objects."""

    def width(self) -> int | None:
        """Width of the vectors where it can be told without encoding."""

    def chunk(self, batch_size: int | None) -> tuple[int | None, int]:
        """Tokens after which vectors are put away, or else texts."""

    def prepare(self, texts: list[str]) -> Prepared:
        """Texts as `encode` wants them."""

    def encode(self, items: Sequence[Any], batch_size: int | None, run: Run) -> Any:
        """Vectors of prepared texts, one row each, not checked."""
