"""How often the language of a row is told wrong: ``python -m benchmarks.languages``.

Texts: a detector learned from 300 and from 1,000 pairs tells English from Italian and from Turkish,
in sentences (SIB-200) and in spoken commands (xSID); mean of three draws of the pairs.

Vectors: one encoder ("use") for both languages, 2,000 pairs of STS (1,000 of Tatoeba for Turkish);
rows of SIB-200 that are put on the wrong side by the gate, which sees vectors alone, and by a
pipeline that sees the texts; and what the gate says of itself at fit.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence

import numpy as np

from benchmarks import real_data
from benchmarks.real_data import VectorStore, read_tsv
from langalign_sk import EmbeddingExtractor, LangAligner, ParallelCorpus
from langalign_sk._io import text_table
from langalign_sk.align import GateWarning
from langalign_sk.text import LanguageDetector

SIZES, DRAWS, N_PAIRS = (300, 1000), 3, 2000


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.languages", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--no-vectors", action="store_true", help="leave out the encoder")
    args = parser.parse_args(argv)
    print("Texts told wrong, share in %, English side / other side:\n")
    print(text_table(told_by_texts(args)))
    if not args.no_vectors:
        print("\nRows on the wrong side, share in %, English / other:\n")
        print(text_table(told_by_vectors(args)))


def told_by_texts(args: argparse.Namespace) -> list[tuple[str, ...]]:
    """Return a row per language, source and number of pairs."""
    rows: list[tuple[str, ...]] = [
        ("languages", "pairs", "held out right", "sentences", "commands")
    ]
    english = real_data.sib200(args.data, "en").texts
    for lang, source in (("it", "stsb"), ("it", "tatoeba"), ("tr", "tatoeba")):
        commands = read_tsv(args.data / "xsid" / f"{lang}-en.tsv")
        sets = [(english, real_data.sib200(args.data, lang).texts)]
        sets.append((commands["en"], commands["target"]))
        pairs = given_pairs(args, lang, source)
        for size in SIZES:
            wrong, right = np.zeros((DRAWS, 2, 2)), []
            for draw in range(DRAWS):
                few = pairs.take(n=size, random_state=draw)
                detector = LanguageDetector(["en", lang], detect=few)
                right.append(detector.accuracy_)
                for i, sides in enumerate(sets):
                    for j, texts in enumerate(sides):
                        found = np.array(detector.detect(texts))
                        wrong[draw, i, j] = 100 * np.mean(found != ("en", lang)[j])
            cells = [f"{a:.2f} / {b:.2f}" for a, b in wrong.mean(axis=0)]
            name = f"{size:,} {source}"
            rows.append((f"en, {lang}", name, f"{100 * np.mean(right):.1f}", *cells))
    return rows


def told_by_vectors(args: argparse.Namespace) -> list[tuple[str, ...]]:
    """Return a row per language."""
    embed = VectorStore(EmbeddingExtractor("use"), args.cache)
    english = real_data.sib200(args.data, "en").texts
    rows: list[tuple[str, ...]] = [
        ("languages", "gate, by vectors", "gate says it is right", "by texts")
    ]
    for lang in ("ko", "ja", "zh", "it", "tr"):
        texts = real_data.sib200(args.data, lang).texts
        pairs = given_pairs(args, lang, "tatoeba" if lang == "tr" else "stsb")
        pairs = pairs.take(range(min(N_PAIRS, pairs.n_pairs)))
        vectors = ParallelCorpus(embed(pairs.source), embed(pairs.target), target_lang=lang)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GateWarning)
            aligner = LangAligner(vectors).fit(embed(english))
        detector = LanguageDetector(["en", lang], detect=pairs)
        gate, told = [], []
        for own, side in (("en", english), (lang, texts)):
            best = aligner.languages_[aligner.gate_proba(embed(side)).argmax(axis=1)]
            gate.append(100 * np.mean(best != own))
            told.append(100 * np.mean(np.array(detector.detect(side)) != own))
        rows.append(
            (
                f"en, {lang}",
                f"{gate[0]:.1f} / {gate[1]:.1f}",
                f"{100 * aligner.gate_rate_:.1f}",
                f"{told[0]:.2f} / {told[1]:.2f}",
            )
        )
    return rows


def given_pairs(args: argparse.Namespace, lang: str, source: str) -> ParallelCorpus:
    """Return the pairs of one source."""
    if source == "tatoeba":
        table = read_tsv(args.data / "tatoeba" / f"{lang}-en.tsv")
        return ParallelCorpus(table["en"], table["target"], target_lang=lang)
    table = read_tsv(args.data / "stsb" / f"{lang}-en.tsv.gz")
    return ParallelCorpus(table["en1"], table["target1"], target_lang=lang)


if __name__ == "__main__":
    main()
