"""Whether vectors are in one shared space or in language blocks, and how wide rows must be."""

from __future__ import annotations

from collections.abc import Sequence

from langalign_sk.align._pairs import UNNAMED, Direction
from langalign_sk.text import BlockLayout


def find_layout(ways: Sequence[Direction], blocks: BlockLayout | None) -> BlockLayout | None:
    """The one block layout of pairs and parameter, None for vectors without blocks."""
    layouts = [] if blocks is None else [blocks]
    for way in ways:
        if way.corpus is not None and way.corpus.layout is not None:
            layouts.append(way.corpus.layout)
    if not layouts:
        return None
    layout = layouts[0]
    for other in layouts[1:]:
        if other != layout:
            raise ValueError(
                f"the pairs (or blocks=) disagree on the language blocks: {layout} and {other}; "
                "embed all of them with the same extractor"
            )
    for way in ways:
        for lang, width in zip((way.moved, way.stays), way.widths, strict=True):
            if lang in UNNAMED and lang not in layout:
                raise ValueError(
                    f"X is in language blocks ({layout}), but the pairs don't say which language "
                    f'their {lang} side is in: ParallelCorpus(..., {lang}_lang="ko")'
                )
            if layout.width_of(lang) != width:
                raise ValueError(
                    f"the pairs are {width} wide in {lang!r}, but its block has "
                    f"{layout.width_of(lang)} columns ({layout})"
                )
    return layout


def width_of_rows(
    n_features: int, ways: Sequence[Direction], layout: BlockLayout | None, *, from_y: bool
) -> int:
    """Width of the rows to transform, once `n_features`, the width of `X`, is found to fit.

    The two differ only for pairs of unequal width given as ``fit(source, target)``, where `X`
    may be the side that stays.
    """
    if layout is not None:
        if layout.width != n_features:
            raise ValueError(
                f"X has {n_features} columns, but the pairs came in the language blocks {layout} "
                f"({layout.width} columns): X must come from the same extractor"
            )
        return n_features
    if {width for way in ways for width in way.widths} == {n_features}:
        return n_features
    moved, stays = ways[0].widths
    if len(ways) == 1 and moved != stays and n_features in (moved, stays if from_y else moved):
        return moved
    pairs = ", ".join(f"{way.moved} {way.widths[0]}" for way in ways)
    raise ValueError(
        f"X has {n_features} columns, but the pairs are {pairs} and {ways[0].stays} {stays} wide. "
        "Rows must be vectors of one shared width or in language blocks: embed the pairs with the "
        'extractor of the pipeline or, for raw arrays, give blocks={"en": 384, "ko": 768}'
    )
