"""Similarity scores told in English, predicted in other languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata
from sklearn.preprocessing import normalize

from benchmarks.real_data import TARGETS, Vectors, read_tsv, say
from benchmarks.real_settings import MINILM, USE, Encoders
from benchmarks.real_tasks import general_pairs
from langalign_sk import PairFeatures, RidgeMap, TransferRegressor
from langalign_sk.maps import compose

FEATURES = ("u+v", "|u-v|", "u*v", "cos")
DRAWS = 1000

Move = Callable[[Any], Any]
Encode = Callable[[Sequence[str]], Vectors]
Scores = npt.NDArray[np.float64]


def measured(encoders: Encoders, *, small: bool) -> dict[str, Any]:
    """Return the correlations of each language."""
    return {lang: judged(encoders, lang, small=small) for lang in TARGETS}


def judged(encoders: Encoders, lang: str, *, small: bool) -> dict[str, dict[str, float]]:
    """Return the correlation of every way with the scores of the test split."""
    columns = read_tsv(encoders.data / "stsb" / f"{lang}-en.tsv.gz")
    table = {name: np.asarray(column, dtype=object) for name, column in columns.items()}
    english, target = general_pairs(encoders.data, lang)
    most = 300 if small else None
    test = np.flatnonzero(table["split"] == "test")[:most]
    known = {*english, *table["en1"][test], *table["en2"][test]}
    alone = [
        a not in known and b not in known for a, b in zip(table["en1"], table["en2"], strict=True)
    ]
    train = np.flatnonzero((table["split"] != "test") & alone)[:most]
    say(f"{lang}: {len(train)} rows to learn from, {len(test)} to judge on")
    y, scores = table["score"][train].astype(float), table["score"][test].astype(float)
    use, minilm = encoders.encode(USE), encoders.encode(MINILM)

    def rows(encode: Encode, side: str, chosen: Any) -> tuple[Any, Any]:
        return encode(list(table[f"{side}1"][chosen])), encode(list(table[f"{side}2"][chosen]))

    def learned(said: tuple[Any, Any], asked: tuple[Any, Any]) -> Scores:
        model = TransferRegressor(pairs="self").fit(combined(said), y)
        return model.predict(combined(asked))

    asked = rows(use, "target", test)
    found = {
        "native: target scores": learned(rows(use, "target", train), asked),
        "shared: cosine, no scores": combined(asked)[:, -1],
    }
    for name, encode in (("shared", use), ("apart", minilm)):
        S, T = encode(english), use(target)
        there, back = RidgeMap().fit(S, T), RidgeMap().fit(T, S)
        said = rows(encode, "en", train)
        if name == "apart":
            found["apart: cosine, no scores"] = combined(moved(back.transform, asked))[:, -1]
            forward = learned(moved(there.transform, said), asked)
            found["apart: TransferRegressor, forward"] = forward
        trip = learned(moved(compose(there, back).transform, said), moved(back.transform, asked))
        if name == "shared":
            found["shared: TransferRegressor"] = trip
        else:
            found["apart: TransferRegressor, round trip"] = trip
            found["apart: TransferRegressor, mean of both"] = (forward + trip) / 2
    return {way: correlation(said, scores) for way, said in found.items()}


def moved(move: Move, pair: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return both texts of each row behind a map."""
    return move(pair[0]), move(pair[1])


def combined(pair: tuple[Any, Any]) -> Any:
    """Return what the heads see of two texts: columns that know no order of the two."""
    u, v = (normalize(np.asarray(side, dtype=np.float64)) for side in pair)
    return PairFeatures(FEATURES).fit_transform(np.hstack([u, v]))


def correlation(said: Scores, scores: Scores) -> dict[str, float]:
    """Spearman correlation, with a bootstrap interval over rows."""
    rng, n = np.random.default_rng(0), len(scores)

    def of(rows: Any) -> float:
        return float(np.corrcoef(rankdata(said[rows]), rankdata(scores[rows]))[0, 1])

    low, high = np.quantile([of(rng.integers(n, size=n)) for _ in range(DRAWS)], [0.025, 0.975])
    return {"spearman": of(slice(None)), "low": float(low), "high": float(high), "n": n}
