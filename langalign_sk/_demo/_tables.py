"""Counts of right answers, their intervals, and the table they are printed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from langalign_sk._io import text_table


@dataclass(frozen=True)
class Score:
    """The answers of one method that are right, of ``n`` test items."""

    method: str
    right: int
    n: int

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% Wilson interval of the share."""
        from langalign_sk.measures import wilson_interval  # scikit-learn behind it

        return wilson_interval(self.right, self.n)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.accuracy:.3f} [{low:.3f}, {high:.3f}]"


def score_table(columns: Mapping[str, Sequence[Score]]) -> str:
    """Lay scores out: a row per method, a column per language, which must agree in methods."""
    methods = [score.method for score in next(iter(columns.values()))]
    for language, scores in columns.items():
        if [score.method for score in scores] != methods:
            raise ValueError(f"the methods of {language!r} differ from those of the first column")
    heads = [f"{language} (n={scores[0].n})" for language, scores in columns.items()]
    cells = [[str(score) for score in scores] for scores in columns.values()]
    return text_table([["", *heads], *zip(methods, *cells, strict=True)])
