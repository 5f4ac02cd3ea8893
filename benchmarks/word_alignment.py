"""Words of 60 pairs of sentences aligned: ``python -m benchmarks.word_alignment``.

English with Korean, Japanese and Italian, 20 pairs each with links drawn by hand (word_pairs.tsv).
The baseline is IBM's model 1, both directions, intersected or grown, trained on the pairs of the
corpora and on the 20 themselves; what a WordAligner learns (how often words stand together, a map),
it learns from the same pairs (the map from the first
1,000). Encoders: MiniLM, an English model that reads words in their
sentence, and USE, multilingual, each word alone. Thresholds, temperatures and weights were chosen
on Japanese; Korean and Italian confirm. The classifier learns from the gold links of the two other
languages and of four fifths of the pairs, and aligns the rest. Intervals draw the pairs anew. At
last, seconds of one core for 1,000 pairs of MiniLM.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import real_data, word_alignment_ibm
from benchmarks.real_data import read_tsv, say
from langalign_sk import EmbeddingExtractor
from langalign_sk._io import text_table
from langalign_sk.store import DiskCache
from langalign_sk.words import (
    GoldLinks,
    WordAligner,
    alignment_scores,
    read_pharaoh,
    split_words,
)

LANGUAGES = ("ja", "ko", "it")
GOLD = Path(__file__).with_name("word_pairs.tsv")
DRAWS = 1000
#: What a WordAligner learns from the pairs; the weight was chosen on Japanese.
LEARNED: dict[str, dict[str, Any]] = {
    "co-occurrence": {"cooccurrence": 1.0},
    "co-occurrence, map": {"cooccurrence": 1.0, "map": "ridge"},
}
FOLDS = 5
#: Pairs that a map is learned from: their words are embedded.
FOR_A_MAP = 1000
METHODS = ("argmax", "itermax", "match", "softmax", "entmax", "transport", "partial", "unbalanced")
Pairs = list[tuple[str, str]]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.word_alignment", description=__doc__
    )
    real_data.add_options(parser)
    parser.add_argument("--pairs", type=int, default=3000, help="to learn from (default: 3,000)")
    parser.add_argument("--lang", nargs="+", choices=LANGUAGES, default=list(LANGUAGES))
    parser.add_argument("--small", action="store_true", help="200 pairs: no result")
    args = parser.parse_args(argv)
    n_pairs = 200 if args.small else args.pairs
    cache = DiskCache(args.cache / "words")
    embed = {
        "MiniLM": EmbeddingExtractor(args.encoder or real_data.minilm(), cache=cache),
        "USE": EmbeddingExtractor("use", cache=cache),
    }
    gold = {lang: read_gold(lang) for lang in LANGUAGES}
    found = {
        lang: aligned(embed, gold, corpus(args.data, lang, n_pairs), lang) for lang in args.lang
    }
    for lang, cells in found.items():
        lines = [
            (name, *(f"{cell[key]:.3f}" for key in ("precision", "recall", "f1")),
             f"{cell['low']:.3f}-{cell['high']:.3f}", f"{cell['aer']:.3f}")
            for name, cell in cells.items()
        ]  # fmt: skip
        head = ("method", "precision", "recall", "F1", "95%", "AER")
        print(f"\n{lang}, {len(gold[lang][0])} pairs\n\n{text_table([head, *lines])}")
    seconds = timed(args.encoder or real_data.minilm(), corpus(args.data, "ja", 1000))
    print(f"\n1,000 pairs, words of MiniLM, argmax: {seconds:.1f} s of one core")
    if not args.small and args.lang == list(LANGUAGES):
        real_data.write_result(
            "word_alignment",
            {
                "command": "python -m benchmarks.word_alignment",
                "versions": real_data.versions(),
                "n_pairs_to_learn_from": n_pairs,
                "core_seconds_for_1000_pairs": round(seconds, 1),
                "word_alignment": found,
            },
        )


def read_gold(lang: str) -> tuple[Pairs, list[GoldLinks]]:
    """Return the pairs of a language and their links."""
    table, links = read_tsv(GOLD), read_pharaoh(GOLD.with_suffix(".links"))
    rows = [row for row, own in enumerate(table["lang"]) if own == lang]
    return [(table["en"][row], table["target"][row]) for row in rows], [links[row] for row in rows]


def corpus(data: Path, lang: str, n_pairs: int) -> Pairs:
    """Return the first pairs of the corpora of a language, the short and clean ones first."""
    files = {
        "ja": ("tatoeba/ja-en.tsv", "enja/train.tsv.gz"),
        "ko": ("tatoeba/ko-en.tsv", "koen_jhe/dev.tsv", "koen_jhe/eval.tsv", "koen_news/dev.tsv"),
        "it": ("tatoeba/it-en.tsv", "stsb/it-en.tsv.gz"),
    }[lang]
    pairs: dict[tuple[str, str], None] = {}
    for file in files:
        table = read_tsv(data / file)
        english = table.get("en") or table["en1"]
        target = table.get(lang) or table.get("target") or table["target1"]
        pairs |= dict.fromkeys(zip(english, target, strict=True))
    return list(pairs)[:n_pairs]


def aligned(
    embed: dict[str, EmbeddingExtractor], gold: dict[str, Any], pairs: Pairs, lang: str
) -> dict[str, dict[str, float]]:
    """Return the scores of every method on the gold pairs of a language."""
    own, links = gold[lang]
    every = own + pairs
    words = [[split_words(text) for text in side] for side in zip(*every, strict=True)]
    cells = {}
    for name, grow in (("IBM 1, intersected", False), ("IBM 1, grow-diag", True)):
        say(f"{lang}: {name}")
        found = word_alignment_ibm.align(words[0], words[1], grow=grow)[: len(own)]
        cells[name] = scored(found, links)
    sides = zip(words[0][: len(own)], words[1][: len(own)], strict=True)
    diagonal = [
        {(i, round(i * (len(t) - 1) / max(len(s) - 1, 1))) for i in range(len(s))} for s, t in sides
    ]
    cells["diagonal"] = scored(diagonal, links)
    for encoder, extractor in embed.items():
        say(f"{lang}: {encoder}")
        for method in METHODS:
            aligner = WordAligner(extractor, method)
            cells[f"{encoder}, {method}"] = scored(aligner.predict(own), links)
        for method, what in itertools.product(("argmax", "transport"), LEARNED):
            aligner = WordAligner(extractor, method, **LEARNED[what])
            aligner.fit(every[:FOR_A_MAP] if aligner.map else every)
            cells[f"{encoder}, {method}, {what}"] = scored(aligner.predict(own), links)
        cells[f"{encoder}, classifier"] = scored(classified(extractor, gold, lang), links)
    return cells


def classified(extractor: EmbeddingExtractor, gold: dict[str, Any], lang: str) -> list[Any]:
    """Align each fifth of the pairs by what the others and the other languages teach."""
    own, links = gold[lang]
    found: dict[int, Any] = {}
    pairs = [pair for other in gold if other != lang for pair in gold[other][0]]
    drawn = [line for other in gold if other != lang for line in gold[other][1]]
    for first in range(FOLDS):
        rest = [row for row in range(len(own)) if row % FOLDS != first]
        learned = WordAligner(extractor, "classifier").fit(
            pairs + [own[row] for row in rest], drawn + [links[row] for row in rest]
        )
        here = range(first, len(own), FOLDS)
        found |= dict(zip(here, learned.predict([own[row] for row in here]), strict=True))
    return [found[row] for row in range(len(own))]


def scored(found: Sequence[Any], gold: list[GoldLinks]) -> dict[str, float]:
    """Return the scores, and the interval of F1 over pairs drawn anew."""
    each = [alignment_scores([own], [line]) for own, line in zip(found, gold, strict=True)]
    counts = np.array(
        [[s.precision * s.n_found, s.n_found, s.recall * s.n_sure, s.n_sure] for s in each]
    )
    drawn = np.random.default_rng(0).integers(len(gold), size=(DRAWS, len(gold)))
    hits, n_found, sure, n_sure = counts[drawn].sum(axis=1).T
    precision, recall = hits / np.maximum(n_found, 1), sure / np.maximum(n_sure, 1)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    low, high = np.quantile(f1, [0.025, 0.975])
    scores = alignment_scores(found, gold)._asdict()
    return {**scores, "low": float(low), "high": float(high)}


def timed(encoder: str, pairs: Pairs) -> float:
    """Return the processor's seconds for pairs embedded and aligned, nothing being remembered."""
    aligner = WordAligner(EmbeddingExtractor(encoder, cache=None))
    aligner.predict(pairs[:2])  # the model is loaded
    started = time.process_time()
    aligner.predict(pairs)
    return time.process_time() - started


if __name__ == "__main__":
    main()
