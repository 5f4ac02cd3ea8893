"""What vectors in fewer bytes cost: ``python -m benchmarks.cache_types``.

USE reads the sentences of SIB-200 (seven topics) in English, Korean, Japanese and Chinese. A
logistic regression learns from the English training sentences and predicts all others, of each
language, from vectors as each cache gives them back: `DiskCache(dtype=)` and `MemoryCache(dtype=)`.
The interval is that of the difference to float32, by McNemar's counts.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks import real_data
from langalign_sk import EmbeddingExtractor
from langalign_sk._io import text_table
from langalign_sk.store import MemoryCache

DTYPES = ("float32", "float16", "int8")
LANGUAGES = ("en", "ko", "ja", "zh")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cache_types", description=__doc__)
    real_data.add_options(parser)
    args = parser.parse_args(argv)
    embed = EmbeddingExtractor(args.encoder or "use")
    store = real_data.VectorStore(embed, args.cache)
    sides = {lang: real_data.sib200(args.data, lang) for lang in LANGUAGES}
    vectors = {lang: store(side.texts) for lang, side in sides.items()}
    train = sides["en"].split == "train"
    right: dict[str, Any] = {}
    rows = []
    for dtype in DTYPES:
        cache = MemoryCache(dtype=dtype)
        read = {lang: cache.rounded(own) for lang, own in vectors.items()}
        head = LogisticRegression(C=10, max_iter=2000)
        head.fit(read["en"][train], sides["en"].labels[train])
        right[dtype] = np.concatenate(
            [head.predict(read[lang][~train]) == sides[lang].labels[~train] for lang in LANGUAGES]
        )
        lost, won = _changed(right["float32"], right[dtype])
        n = len(right[dtype])
        width = vectors["en"].shape[1]
        off = np.abs(read["ko"] - vectors["ko"]).max() / np.abs(vectors["ko"]).max()
        rows.append(
            (
                dtype,
                str({"float32": 4 * width, "float16": 2 * width + 4, "int8": width + 8}[dtype]),
                f"{off:.1e}",
                f"{right[dtype].mean():.4f}",
                f"{100 * (won - lost) / n:+.2f} +- {196 * np.sqrt(won + lost) / n:.2f}",
            )
        )
    head_row = ("dtype", "bytes a vector", "largest error", "accuracy", "points against float32")
    print(text_table([head_row, *rows]))
    print(f"{len(right['float32']):,} sentences of {len(LANGUAGES)} languages")
    if args.encoder is None:
        result = {"command": "python -m benchmarks.cache_types", "versions": real_data.versions()}
        real_data.write_result("cache_types", {**result, "rows": [list(row) for row in rows]})


def _changed(before: Any, after: Any) -> tuple[int, int]:
    """Count rows that became wrong, and rows that became right."""
    return int((before & ~after).sum()), int((~before & after).sum())


if __name__ == "__main__":
    main()
