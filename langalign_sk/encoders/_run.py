"""The account of a call: texts encoded and found, seconds, padding, texts that lost their end."""

from __future__ import annotations

import warnings
from dataclasses import dataclass


@dataclass(frozen=True)
class RunReport:
    """Counts of one call of an extractor.

    Attributes
    ----------
    n_texts : int
        Texts asked for; two for a row of two that are read apart.
    n_encoded : int
        Texts that went through an encoder.
    n_cached : int
        Distinct texts whose vectors were there already.
    n_cut : int
        Encoded texts that were longer than the encoder takes, and lost their end.
    seconds : float
        Time from the texts to their vectors.
    padding : float
        Share of padding among the tokens that a language model computed; 0 for other encoders.
    n_no_language : int
        Rows that show none of the declared languages and counted as the default one.

    See Also
    --------
    EmbeddingExtractor.last_run : Where it comes from.
    """

    n_texts: int
    n_encoded: int
    n_cached: int
    n_cut: int
    seconds: float
    padding: float
    n_no_language: int = 0

    @property
    def texts_per_second(self) -> float:
        """Texts asked for, by seconds."""
        return self.n_texts / self.seconds if self.seconds else 0.0


class Run:
    """Counters while a call is under way; one per call, so that threads do not meet here.

    A call that goes through its texts in parts has one run for all of them (`in_parts`), and tells
    of it when all are done.
    """

    def __init__(self, *, in_parts: bool = False) -> None:
        self.in_parts = in_parts
        self.seconds = 0.0
        self.n_texts = self.n_encoded = self.n_cached = self.n_cut = 0
        self.n_no_language = 0
        self.n_warned = 0  # texts cut where nobody asked for silence
        self.tokens = self.padded = 0
        self.most: int | None = None  # what fits into memory, once that was found out

    def add_batch(self, tokens: int, padded: int) -> None:
        """Count a batch: its own tokens, and all that were computed."""
        self.tokens += tokens
        self.padded += padded

    def merge(self, other: Run) -> None:
        """Add the batches of a part that ran elsewhere."""
        self.add_batch(other.tokens, other.padded)

    def out_of_memory(self, name: str, size: int) -> None:
        """Go on with batches of this size; say so the first time."""
        if self.most is None:
            warnings.warn(
                f"{name}: out of memory; going on with smaller batches. A lower batch_size would "
                "begin with them",
                RuntimeWarning,
                stacklevel=2,
            )
        self.most = size

    def report(self) -> RunReport:
        """Return the counts so far."""
        return RunReport(
            n_texts=self.n_texts,
            n_encoded=self.n_encoded,
            n_cached=self.n_cached,
            n_cut=self.n_cut,
            seconds=self.seconds,
            padding=1 - self.tokens / self.padded if self.padded else 0.0,
            n_no_language=self.n_no_language,
        )
