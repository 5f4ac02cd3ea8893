"""The last texts of a service as sums, from which shares are told of one process or of many."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk.monitor._reading import NO_WORDS, OTHER_SCRIPT, Reading, Seen
from langalign_sk.monitor._reference import Reference, located

#: Texts that a window holds.
WINDOW = 1000
_HELP = {
    "langalign_window_rows": "Texts that the shares are of, the last of each process",
    "langalign_outside_share": "Share of texts outside of what the sentence pairs cover",
    "langalign_confidence_mean": "Mean confidence of the answers",
    "langalign_language_share": "Share of texts by language",
    "langalign_class_share": "Share of answers by class",
}


class Window:
    """Sums over the last texts, one number for each thing that is counted.

    Sums of several windows of one model may be added up.
    """

    def __init__(self, model: Any, reference: Reference, classes: Sequence[str]) -> None:
        self._reading, self._reference = Reading(model), reference
        self.languages = [*self._reading.languages, NO_WORDS, OTHER_SCRIPT]
        self.classes = list(classes)
        counted = ("rows", "located", "outside", "sure", "confidence")
        self._names = [*counted, *self.languages, *self.classes]
        self._last: deque[Float64Array] = deque()
        self.sums: Float64Array = np.zeros(len(self._names))

    def add(
        self,
        vectors: FloatArray | None,
        spoken: Sequence[str],
        classes: Sequence[str],
        confidence: Sequence[float | None],
        n_empty: int = 0,
    ) -> None:
        """Count texts that the model has just answered, by vectors that it has made already.

        A language that is "" is that of the vector's block; empty texts have no vector.
        """
        empty = np.zeros(len(self._names))
        empty[[0, self._names.index(NO_WORDS)]] = 1
        rows = [empty] * n_empty
        if vectors is not None:
            langs = self._reading.languages_of(vectors)
            said = [own or lang for own, lang in zip(spoken, langs, strict=True)]
            seen = Seen(
                vectors=vectors,
                spoken=np.array(said, dtype=object),
                langs=langs,
                readable=np.ones(len(vectors), dtype=bool),
                classes=np.array(classes, dtype=object),
                confidence=np.array([np.nan if p is None else p for p in confidence], float),
                far=np.full(len(vectors), np.nan),
                proba=np.zeros((len(vectors), 0)),
            )
            rows += list(self._counts(located(self._reference.covers, self._reading, seen)))
        for row in rows:
            self._last.append(row)
            self.sums += row
            if len(self._last) > WINDOW:
                self.sums -= self._last.popleft()

    def _counts(self, seen: Seen) -> Float64Array:
        """Return what each row adds to the sums."""
        near, sure = ~np.isnan(seen.far), np.isfinite(seen.confidence)
        columns = [
            np.ones(len(seen)),
            near,
            near & (seen.far > 1),
            sure,
            np.where(sure, seen.confidence, 0.0),
            *(seen.spoken == lang for lang in self.languages),
            *(seen.classes == label for label in self.classes),
        ]
        counts: Float64Array = np.stack(columns, axis=1).astype(np.float64)
        return counts

    def lines(self, sums: Float64Array) -> Iterator[str]:
        """Yield sums of one window or of several as Prometheus reads them; beside the reference."""
        rows = self._reference.rows
        usual = np.zeros(len(sums)) if rows is None else self._counts(rows).sum(axis=0)
        sides = {"window": self._shares(sums), "reference": self._shares(usual)}
        for family, about in _HELP.items():
            yield f"# HELP {family} {about}."
            yield f"# TYPE {family} gauge"
            for of, shares in sides.items():
                for labels, value in shares[family]:
                    yield f'{family}{{of="{of}"{labels}}} {value:.6g}'

    def _shares(self, sums: Float64Array) -> dict[str, list[tuple[str, float]]]:
        """Return what is told, by name: labels and value; nothing where there is none."""
        rows, located, outside, sure, confidence = sums[:5].tolist()
        languages = sums[5 : 5 + len(self.languages)]
        classes = sums[5 + len(self.languages) :]
        return {
            "langalign_window_rows": [("", rows)],
            "langalign_outside_share": [("", outside / located)] if located else [],
            "langalign_confidence_mean": [("", confidence / sure)] if sure else [],
            "langalign_language_share": _parts("language", self.languages, languages),
            "langalign_class_share": _parts("class", self.classes, classes),
        }


def _parts(label: str, names: Sequence[str], counts: Float64Array) -> list[tuple[str, float]]:
    """Return the share of each name; none of nothing."""
    whole = float(counts.sum())
    if not whole:
        return []
    return [
        (f',{label}="{_escaped(name)}"', float(count) / whole)
        for name, count in zip(names, counts, strict=True)
    ]


def _escaped(name: str) -> str:
    """Write a name as a label of Prometheus."""
    return name.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
