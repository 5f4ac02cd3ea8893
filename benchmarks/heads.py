"""Scores, several labels, and rows of no class: ``python -m benchmarks.heads``.

Similarity: STS benchmark, English scores (train and dev rows of which no sentence is among the
pairs or the test rows), Spearman correlation over the target's test split. Each text is moved on
its own; columns are u + v, |u - v|, u * v and the cosine of vectors of unit length. Labels: topics
of SIB-200, together with whether the English text is short, of middle length or long, and holds a
digit; micro-averaged F1 over folds, next to one logistic regression a label, its penalty chosen in
folds. Reject: intents of xSID and topics of SIB-200, two classes unseen in training; area under
the ROC curve of ``score_samples``, which share of the other classes ``reject=0.05`` keeps and how
many of them are right, next to all of them. Pairs: 4,000 of STS-B and 1,000 of Tatoeba (Turkish:
Tatoeba alone). Shared is USE for both sides, apart MiniLM and USE, n-gram MiniLM and n-grams.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from threadpoolctl import threadpool_limits

from benchmarks import heads_labels, heads_reject, heads_similarity, real_data
from benchmarks.real_settings import Encoders
from langalign_sk._io import text_table

PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "similarity": heads_similarity.measured,
    "labels": heads_labels.measured,
    "reject": heads_reject.measured,
}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.heads", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--small", action="store_true", help="a few rows of each: no result")
    args = parser.parse_args(argv)
    encoders = Encoders(args.data, args.cache, args.encoder)
    found = {}
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # few pairs, and a gate that is not asked
        for part in args.part:
            found[part] = PARTS[part](encoders, small=args.small)
            show(part, found[part])
    if not args.small and len(found) == len(PARTS):
        head = {"command": "python -m benchmarks.heads", "versions": real_data.versions()}
        real_data.write_result("heads", head | found)


def show(part: str, found: dict[str, Any]) -> None:
    """Print one line per case and way."""
    lines = [
        (case, way, *cell.values()) for case, ways in found.items() for way, cell in ways.items()
    ]
    names = next(iter(next(iter(found.values())).values()))
    rows = [[f"{x:.3f}" if isinstance(x, float) else str(x) for x in line] for line in lines]
    print(f"\n{text_table([[part, 'way', *names], *rows])}")


if __name__ == "__main__":
    main()
