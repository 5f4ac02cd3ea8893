"""How often the gate tells languages apart: ``python -m benchmarks.gate``.

One English model embeds SIB-200 in four languages. The gate is learned from 200 pairs of the train
split, drawn five times, and judged on the 303 sentences per language of the other two splits.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks import real_data
from benchmarks.real_data import TARGETS, Vectors, VectorStore
from langalign_sk import ParallelCorpus, ReverseAligner
from langalign_sk._io import text_table

N_PAIRS, DRAWS = 200, 5


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--dry-run", action="store_true", help="do not write the result file")
    args = parser.parse_args(argv)

    embed = VectorStore(real_data.english_encoder(args.encoder), args.cache)
    sets = {lang: real_data.sib200(args.data, lang) for lang in ("en", *TARGETS)}
    vectors = {lang: embed(topics.texts) for lang, topics in sets.items()}
    train = sets["en"].split == "train"
    held_out = {lang: X[~train] for lang, X in vectors.items()}
    seen = {lang: X[train] for lang, X in vectors.items()}

    cases: list[tuple[str, ...]] = [*((lang,) for lang in TARGETS), TARGETS]
    shares = {"en, " + ", ".join(targets): judge(targets, seen, held_out) for targets in cases}
    rows = [("languages", "side", "mean of 5 draws", "worst draw")]
    for case, by_language in shares.items():
        for lang, draws in by_language.items():
            rows.append((case, lang, f"{np.mean(draws):.4f}", f"{min(draws):.4f}"))
    n = len(held_out["en"])
    print(f"Held-out rows the gate puts on the right side ({n} per language, {N_PAIRS} pairs):\n")
    print(text_table(rows))
    if not args.dry_run:
        real_data.write_result(
            "gate",
            {
                "command": "python -m benchmarks.gate",
                "versions": real_data.versions(),
                "n_pairs": N_PAIRS,
                "n_held_out": n,
                "share_right": shares,
            },
        )


def judge(
    targets: Sequence[str], seen: dict[str, Vectors], held_out: dict[str, Vectors]
) -> dict[str, list[float]]:
    """Return the share of right rows of each language, one figure per draw of the pairs."""
    right: dict[str, list[float]] = {lang: [] for lang in ("en", *targets)}
    for draw in range(DRAWS):
        rows = np.random.default_rng(draw).choice(len(seen["en"]), N_PAIRS, replace=False)
        corpora: Any = [
            ParallelCorpus(seen["en"][rows], seen[lang][rows], source_lang="en", target_lang=lang)
            for lang in targets
        ]
        aligner = ReverseAligner(corpora, method="ridge").fit(seen["en"])
        languages = [str(lang) for lang in aligner.languages_]
        for lang in right:
            side = aligner.gate_proba(held_out[lang]).argmax(axis=1)
            right[lang].append(float(np.mean(side == languages.index(lang))))
    return right


if __name__ == "__main__":
    main()
