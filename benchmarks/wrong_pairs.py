"""What wrong pairs cost, and what `robust` saves: ``python -m benchmarks.wrong_pairs``.

A share of the pairs out of domain gets the translation of another sentence. A head is trained on
English SIB-200 topics after the round trip of a `ReverseAligner` and judged in the target language,
5-fold over all rows. Nothing is chosen on the topics.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from benchmarks import real_data
from benchmarks.real_data import TARGETS, Vectors, VectorStore
from langalign_sk import ParallelCorpus, ReverseAligner
from langalign_sk._io import text_table

SHARES = (0.0, 0.1, 0.3, 0.5)
FITS: dict[str, str | None] = {"plain": None, "trim": "trim", "weight": "weight"}
HIDDEN = "right pairs only"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wrong_pairs", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--lang", choices=TARGETS, nargs="+", default=list(TARGETS))
    parser.add_argument("--dry-run", action="store_true", help="do not write the result file")
    args = parser.parse_args(argv)

    embed = VectorStore(real_data.english_encoder(args.encoder), args.cache)
    rows = [("lang", "wrong", "estimated", "fit", "accuracy", "against clean", "95% interval")]
    found: dict[str, Any] = {}
    for lang in args.lang:
        for share, cells in measure(args, lang, embed).items():
            found.setdefault(lang, {})[share] = cells
            for fit, cell in cells.items():
                low, high = cell["interval"]
                rows.append(
                    (lang, share, cell["estimated"], fit, f"{cell['accuracy']:.3f}",
                     f"{cell['difference']:+.3f}", f"{low:+.3f} to {high:+.3f}")
                )  # fmt: skip
    print(text_table(rows))
    if not args.dry_run:
        result = {"versions": real_data.versions(), "n_folds": 5, "accuracy": found}
        real_data.write_result("wrong_pairs", result)


def measure(args: argparse.Namespace, lang: str, embed: VectorStore) -> dict[str, Any]:
    """Accuracy by share of wrong pairs and way to fit, each against plain on clean pairs."""
    english, target = real_data.sentence_pairs(args.data, lang)
    encoder = real_data.target_encoder(args.data, lang, reviews=False)
    source, moved = embed(english), np.asarray(encoder.transform(target), dtype=np.float32)
    topics = [real_data.sib200(args.data, name) for name in ("en", lang)]
    sides = embed(topics[0].texts), np.asarray(encoder.transform(topics[1].texts), np.float32)
    y = topics[0].labels

    def hits(corpus: ParallelCorpus, robust: str | None) -> tuple[npt.NDArray[np.bool_], str]:
        blocks = {"en": source.shape[1], lang: moved.shape[1]}
        aligner = ReverseAligner(corpus, robust=robust, round_trip=True, blocks=blocks)
        fitted = aligner.fit(in_blocks(sides[0], blocks, first=True))
        heads = [
            fitted.transform(in_blocks(side, blocks, first=side is sides[0])) for side in sides
        ]
        estimate = fitted.bad_share_.get(lang)
        return judge(heads[0], heads[1], y), "" if estimate is None else f"{estimate:.3f}"

    clean, _ = hits(ParallelCorpus(source, moved, target_lang=lang), None)
    cells: dict[str, Any] = {}
    for share in SHARES:
        wrong = np.random.default_rng(1).permutation(len(source))[: int(share * len(source))]
        mixed = moved.copy()
        mixed[wrong] = moved[np.roll(wrong, 1)]
        corpus = ParallelCorpus(source, mixed, target_lang=lang)
        line = {name: hits(corpus, robust) for name, robust in FITS.items()}
        weight = np.ones(len(source))
        weight[wrong] = 0.0
        right = ParallelCorpus(source, mixed, target_lang=lang, weight=weight)
        line[HIDDEN] = hits(right, None)
        cells[f"{share:.1f}"] = {
            name: {
                "n": len(y),
                "accuracy": float(hit.mean()),
                "difference": float(hit.mean() - clean.mean()),
                "interval": paired_interval(hit, clean),
                "estimated": estimate,
            }
            for name, (hit, estimate) in line.items()
        }
    return cells


def in_blocks(rows: Vectors, blocks: dict[str, int], *, first: bool) -> Vectors:
    """Rows of one language in the blocks of both."""
    left, right = blocks.values()
    return np.pad(rows, ((0, 0), (0, right) if first else (left, 0)))


def judge(source: Any, target: Any, y: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Whether each target row is classified right by a head trained on other source rows."""
    hit = np.zeros(len(y), dtype=bool)
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(source, y):
        head = LogisticRegression(C=10, max_iter=3000).fit(source[train], y[train])
        hit[test] = head.predict(target[test]) == y[test]
    return hit


def paired_interval(
    a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_], *, n_draws: int = 2000
) -> list[float]:
    """95% bootstrap interval of the difference in accuracy over the same items."""
    gap = a.astype(float) - b.astype(float)
    drawn = np.random.default_rng(0).integers(0, len(gap), (n_draws, len(gap)))
    return [float(q) for q in np.quantile(gap[drawn].mean(axis=1), [0.025, 0.975])]


if __name__ == "__main__":
    main()
