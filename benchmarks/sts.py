"""Whether similarity survives the way between languages: ``python -m benchmarks.sts``.

STS benchmark, English and Korean, Japanese, Chinese: Spearman correlation of cosines with human
scores over the test split. Maps are fitted on the sentences of the train split and their
translations, less what occurs in the test split; no score is used. Encoders: MiniLM for English
and, for the target, an n-gram encoder fitted on the target side of the train split and of
SIB-200's, or USE, the multilingual universal sentence encoder; MiniLM for both; USE for both.
Within one encoder, ridge starts from no map unless it says "towards zero".
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from benchmarks import real_data
from benchmarks.real_data import TARGETS, Vectors, say
from benchmarks.real_settings import MINILM, USE, Encoders
from benchmarks.retrieval import METHODS, WITHIN
from langalign_sk import LangAligner, NgramEncoder
from langalign_sk._io import text_table
from langalign_sk.maps import resolve_map
from langalign_sk.measures import angular_similarity

DRAWS = 1000
Pair = tuple[Vectors, Vectors]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sts", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--lang", choices=TARGETS, action="append", help="default: all three")
    parser.add_argument("--small", action="store_true", help="300 rows of each split: no result")
    args = parser.parse_args(argv)
    encoders = Encoders(args.data, args.cache, args.encoder)
    found = {
        lang: judged(args.data, lang, encoders, small=args.small) for lang in args.lang or TARGETS
    }
    for lang, table in found.items():
        lines = [
            (name, f"{cell['spearman']:.3f}", f"{cell['low']:.3f}-{cell['high']:.3f}")
            for name, cell in table.items()
        ]
        n = next(iter(table.values()))["n"]
        print(f"\n{lang}, {n} test pairs\n")
        print(text_table([("compared", "Spearman", "95%"), *lines]))
    if not args.small:
        real_data.write_result(
            "sts",
            {"command": "python -m benchmarks.sts", "versions": real_data.versions(), "sts": found},
        )


def judged(
    data: Path, lang: str, encoders: Encoders, *, small: bool
) -> dict[str, dict[str, float]]:
    """Return the correlation of each way of comparing."""
    table = {
        name: np.asarray(column, dtype=object)
        for name, column in real_data.read_tsv(data / "stsb" / f"{lang}-en.tsv.gz").items()
    }
    train, test = (
        np.flatnonzero(table["split"] == split)[: 300 if small else None]
        for split in ("train", "test")
    )
    columns = ("en1", "en2", "target1", "target2")
    seen = {text for name in columns for text in table[name][test]}
    pairs = list(
        dict.fromkeys(
            pair
            for i in ("1", "2")
            for pair in zip(table[f"en{i}"][train], table[f"target{i}"][train], strict=True)
            if not seen & set(pair)
        )
    )
    say(f"{lang}: {len(pairs)} pairs to fit on, {len(test)} rows to judge on")
    topics = real_data.sib200(data, lang)
    more = [text for text, s in zip(topics.texts, topics.split, strict=True) if s == "train"]
    own = NgramEncoder(384).fit(list(dict.fromkeys([*(t for _, t in pairs), *more])))
    scores = table["score"][test].astype(float)
    minilm, use = encoders.encode(MINILM), encoders.encode(USE)
    sides: dict[str, tuple[Any, Any]] = {
        "MiniLM, n-grams": (minilm, own.transform),
        "MiniLM, USE": (minilm, use),
        "MiniLM both": (minilm, minilm),
        "USE both": (use, use),
    }
    result = {}
    for name, (encode_en, encode) in sides.items():
        en: Pair = _rows(encode_en, table["en1"][test]), _rows(encode_en, table["en2"][test])
        target: Pair = _rows(encode, table["target1"][test]), _rows(encode, table["target2"][test])
        fit: Pair = _rows(encode_en, [s for s, _ in pairs]), _rows(encode, [t for _, t in pairs])
        if name in ("MiniLM, n-grams", "USE both"):
            english = f"English with English, {name.split()[0].strip(',')}"
            result[english] = correlation([en], scores)
        if name != "MiniLM, USE":
            result[f"{name}: target with target, no map"] = correlation([target], scores)
        one = encode_en is encode
        for way, found in mapped(en, target, fit, scores, one=one).items():
            result[f"{name}: {way}"] = found
    return result


def mapped(
    en: Pair, target: Pair, fit: Pair, scores: npt.NDArray[np.float64], *, one: bool
) -> dict[str, dict[str, float]]:
    """Correlations of every map between two encoders or, with `one`, within one."""
    result = {}
    if one:
        result["English with target, no map"] = across(en, target, scores)
        aligner = LangAligner(fit).fit(en[0])
        moved: Pair = aligner.transform(en[0]), aligner.transform(en[1])
        result["LangAligner, English with target"] = across(moved, target, scores)
    for method, how in (dict(zip(METHODS, METHODS, strict=True)) | (WITHIN if one else {})).items():
        forward = resolve_map(how, random_state=0).fit(*fit)
        moved = forward.transform(en[0]), forward.transform(en[1])
        result[f"{method} forward, English with target"] = across(moved, target, scores)
        back = resolve_map(how, random_state=0).fit(fit[1], fit[0])
        moved = back.transform(target[0]), back.transform(target[1])
        result[f"{method} reverse, English with target"] = across(en, moved, scores)
        result[f"{method} reverse, target with target"] = correlation([moved], scores)
    return result


def _rows(encode: Any, texts: Any) -> Vectors:
    return np.asarray(encode(list(texts)), dtype=np.float32)


def across(en: Pair, target: Pair, scores: npt.NDArray[np.float64]) -> dict[str, float]:
    """Compare across languages, both ways round."""
    return correlation([(en[0], target[1]), (target[0], en[1])], scores)


def correlation(sides: list[Pair], scores: npt.NDArray[np.float64]) -> dict[str, float]:
    """Mean Spearman correlation, with a bootstrap interval over rows."""
    # The angle orders pairs as the cosine does.
    figures = [angular_similarity(*side) for side in sides]
    rng, n = np.random.default_rng(0), len(scores)

    def mean(rows: Any) -> float:
        ranks = rankdata(scores[rows])
        each = [np.corrcoef(rankdata(figure[rows]), ranks)[0, 1] for figure in figures]
        return float(np.mean(each))

    draws = [mean(rng.integers(n, size=n)) for _ in range(DRAWS)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return {"spearman": mean(slice(None)), "low": float(low), "high": float(high), "n": n}


if __name__ == "__main__":
    main()
