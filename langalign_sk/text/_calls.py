"""Texts of one call, or of several threads' calls, through an encoder in one go."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import Any

from langalign_sk._io import TextRow
from langalign_sk._numeric import Float32Array
from langalign_sk._process import caches, in_flight
from langalign_sk.encoders import Encoder, Run, checked_rows
from langalign_sk.store import DiskCache, VectorCache, claim


@dataclass(eq=False)
class Call:
    """Texts that a thread wants encoded together, and their vectors as far as there are any."""

    encoder: Encoder
    texts: list[TextRow]
    keys: list[bytes]
    #: Texts as the encoder wants them; None: whoever serves the call prepares them.
    items: list[Any] | None
    #: Of what is not prepared, a guess.
    sizes: list[int]
    cache: VectorCache | None
    run: Run
    #: Texts that another process says it encodes are left to it.
    patient: bool
    vectors: list[Float32Array | None] = field(default_factory=list)
    n_encoded: int = 0
    n_cut: int = 0
    #: What was prepared here, by row.
    ready: dict[int, Any] = field(default_factory=dict)

    def claim(self) -> AbstractContextManager[list[bool]]:
        """Say that the texts are encoded here; tells of each whether nobody else said so."""
        # A stuck process is waited for so long and no longer.
        spec, cache = self.encoder.spec, self.cache if self.patient else None
        if self.encoder.takes_threads and not isinstance(cache, DiskCache | None):
            return in_flight.claim([(spec, key) for key in self.keys])
        return claim(cache, spec, self.keys, len(self.keys))

    def look(self) -> None:
        """Take what is in the cache by now."""
        if self.cache is None:
            self.vectors = [None] * len(self.texts)
        else:
            self.vectors = list(self.cache.get_many(self.encoder.spec, self.keys))

    def take(self, places: dict[int, int], found: Float32Array) -> None:
        """Take vectors of an array, by row, and keep those that are its own in the cache."""
        if not places:
            return
        own = found[list(places.values())]
        if self.cache is not None:
            self.cache.put_many(self.encoder.spec, [self.keys[row] for row in places], own)
            if getattr(self.cache, "dtype", "float32") != "float32":
                rounded: Any = self.cache
                own = rounded.rounded(own)  # now as later
        for row, vector in zip(places, own, strict=True):
            self.vectors[row] = vector


def serve(calls: Sequence[Call]) -> None:
    """Encode the texts of calls to one encoder, each distinct one once."""
    first = calls[0]
    encoder, alone = first.encoder, len(calls) == 1
    with ExitStack() as claims:
        ours = [claims.enter_context(call.claim()) for call in calls]
        for call in calls:
            call.look()
        known: dict[Hashable, tuple[Call, int]] = {}  # where a text of a key stands first
        for call, own in zip(calls, ours, strict=True):
            for row, vector in enumerate(call.vectors):
                if vector is None and own[row]:
                    known.setdefault(call.keys[row] or (id(call), row), (call, row))
        if not known:
            return
        run = first.run if alone else Run()
        output = encoder.encode(_prepared(encoder, list(known.values())), run)
        texts = [call.texts[row] for call, row in known.values()]
        width = caches.widths.known(encoder.spec)
        found = checked_rows(encoder.name, texts, output, width)
        caches.widths.put(encoder.spec, found.shape[1])
        place = {key: at for at, key in enumerate(known)}
        for call in calls:
            mine = {}
            for row, vector in enumerate(call.vectors):
                at = place.get(call.keys[row] or (id(call), row)) if vector is None else None
                if at is not None:
                    mine[row] = at
            call.take(mine, found)
            call.n_encoded = sum(owner is call for owner, _ in known.values())
            if not alone and run.tokens:
                tokens = sum(call.sizes[row] for owner, row in known.values() if owner is call)
                call.run.add_batch(tokens, round(tokens * run.padded / run.tokens))


def _prepared(encoder: Encoder, wanted: Sequence[tuple[Call, int]]) -> list[Any]:
    """Return texts of calls, by row, as the encoder wants them; those that are not are made so."""
    new = [(call, row) for call, row in wanted if call.items is None]
    parts = [new] if new else []
    while parts:
        part = parts.pop()
        ready = encoder.prepare([call.texts[row] for call, row in part])
        owners = {id(call) for call, _ in part}
        if ready.n_cut and len(owners) > 1:  # texts lost their end: whose they are
            parts += [[(c, row) for c, row in part if id(c) == owner] for owner in owners]
            continue
        part[0][0].n_cut = ready.n_cut
        for (call, row), item, size in zip(part, ready.items, ready.sizes, strict=True):
            call.ready[row] = item
            call.sizes[row] = size
    return [(call.ready if call.items is None else call.items)[row] for call, row in wanted]
