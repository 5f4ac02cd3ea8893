"""Fitting the maps of every language, and the gate, from directions, moments and pools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.base import clone

from langalign_sk._numeric import Moments, PairMoments
from langalign_sk.align._gate import LanguageGate
from langalign_sk.align._pairs import Direction
from langalign_sk.corpus import TextPool
from langalign_sk.maps import average, compose, fits_from_moments


def add_moments(
    earlier: Mapping[str, PairMoments], ways: Sequence[Direction]
) -> dict[str, PairMoments]:
    """Moments by moved language: those learned earlier and those of the new pairs."""
    moments = dict(earlier)
    for way in ways:
        new = way.moments()
        if new is not None:
            old = moments.get(way.moved)
            moments[way.moved] = new if old is None else old + new
    return moments


@dataclass(frozen=True)
class FitTask:
    """All that maps and gate are fitted from: pairs, moments and unpaired rows by language."""

    stays: str
    moved: list[str]
    ways: dict[str, Direction]
    moments: dict[str, PairMoments]
    pools: dict[str, TextPool]

    def fit_maps(self, unfitted: Any) -> dict[str, Any]:
        """One map per moved language, into the space that stays."""
        return {
            lang: _fit_map(
                clone(unfitted, safe=False),
                self.ways.get(lang),
                self.moments.get(lang),
                (self.pools.get(lang), self.pools.get(self.stays)),
            )
            for lang in self.moved
        }

    def fit_round_trip(self, unfitted: Any, way_back: Mapping[str, Any]) -> Any:
        """The map x → R(A(x)), averaged over the languages that the trip visits."""
        trips = []
        for lang, back in way_back.items():
            way, moments = self.ways.get(lang), self.moments.get(lang)
            there = _fit_map(
                clone(unfitted, safe=False),
                None if way is None else way.reversed(),
                None if moments is None else moments.swapped(),
                (self.pools.get(self.stays), self.pools.get(lang)),
            )
            trips.append(compose(there, back))
        return trips[0] if len(trips) == 1 else average(trips)

    def fit_gate(self, languages: Sequence[str]) -> LanguageGate:
        """The discriminant between all languages, from the pairs where there are any."""

        def gate() -> LanguageGate:
            return LanguageGate.from_moments({lang: self._rows_of(lang) for lang in languages})

        if len(self.moments) != 1:
            return gate()
        # Many settings share the moments of one corpus: the gate is made once for all of them.
        (pair,) = self.moments.values()
        made: LanguageGate = pair.memo(("gate", *languages), gate)
        return made

    def _rows_of(self, lang: str) -> Moments:
        """Moments of the rows of one language."""
        if not self.moments:
            return self.pools[lang].moments
        if lang != self.stays:
            return self.moments[lang].source
        first, *others = (pair.target for pair in self.moments.values())
        return sum(others, start=first)


def _fit_map(
    unfitted: Any,
    way: Direction | None,
    moments: PairMoments | None,
    pools: tuple[TextPool | None, TextPool | None],
) -> Any:
    """Fit one map from moved to staying rows; `pools` are the unpaired rows of both sides."""
    # Moments of a large pool cost a pass over it: none is made for maps that would ignore it.
    moved, stays = pools if getattr(unfitted, "uses_unlabeled", True) else (None, None)
    if fits_from_moments(unfitted):
        return unfitted.fit_moments(
            moments,
            unlabeled_source=None if moved is None else moved.moments,
            unlabeled_target=None if stays is None else stays.moments,
        )
    assert way is not None  # row maps do not stream: every language has its direction
    rows_moved, rows_stay, weight = way.rows()
    return unfitted.fit(
        rows_moved,
        rows_stay,
        weight,
        unlabeled_source=None if moved is None else moved.rows,
        unlabeled_target=None if stays is None else stays.rows,
    )
