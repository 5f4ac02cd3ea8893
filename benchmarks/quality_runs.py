"""The sections of `benchmarks.quality`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.preprocessing import LabelEncoder

from benchmarks import real_data
from benchmarks.quality_data import Case
from benchmarks.quality_methods import (
    NATIVE,
    NO_ALIGNMENT,
    RIGHT_ONLY,
    Aligned,
    Transfer,
    aligned,
    features,
    head,
    native_head,
    transfers,
)
from benchmarks.quality_score import Hits, share
from benchmarks.real_data import VectorStore
from langalign_sk import BlockLayout, ParallelCorpus, TextPool

Sections = dict[str, dict[str, Hits]]


def out_of_domain(
    case: Case,
    methods: list[Any],
    n_pairs: int | None,
    *,
    repeats: int,
    wrong: float = 0.0,
    native: bool = False,
) -> Sections:
    """Cross-validate on pairs that hold no sentence of the task."""
    title = f"out of domain, {'all' if n_pairs is None else n_pairs} pairs"
    if wrong:
        title += f", {wrong:.0%} wrong"
    if n_pairs is not None and n_pairs > len(case.S):
        return {}
    found = {}
    for method in methods:
        known = method.name.endswith(RIGHT_ONLY)
        pairs = case.pairs(n_pairs, wrong=wrong, only_right=known)
        fitted = features(case, method, pairs) if isinstance(method, Aligned) else None
        found[method.name] = _hits(case, method, pairs, fitted, repeats)
    if native:
        found[NO_ALIGNMENT] = _plain(case, case.X_en, head, repeats)
        found[NATIVE] = _plain(case, case.X, native_head, repeats)
    return {title: found}


def _hits(case: Case, method: Any, pairs: Any, fitted: Any, repeats: int) -> Hits:
    """Cross-validate one method."""
    hits = np.zeros(len(case.y))
    for repeat in range(repeats):
        for train, test in case.folds(repeat):
            if fitted is not None:
                model = head().fit(fitted[0][train], case.y[train])
                predicted = model.predict(fitted[1][test])
            else:
                model = method.fit(pairs, case.pool(train), case.english(train), case.y[train])
                predicted = model.predict(case.target(test))
            hits[test] += predicted == case.y[test]
    return hits / repeats


def _plain(case: Case, X: Any, make: Any, repeats: int) -> Hits:
    """Cross-validate a head without alignment, trained on rows `X`."""
    hits = np.zeros(len(case.y))
    for repeat in range(repeats):
        for train, test in case.folds(repeat):
            hits[test] += make().fit(X[train], case.y[train]).predict(case.X[test]) == case.y[test]
    return hits / repeats


def in_domain(case: Case, methods: list[Any]) -> Sections:
    """Cross-validate with the sentences of the training folds among the pairs."""
    found = {method.name: np.zeros(len(case.y)) for method in methods}
    for train, test in case.folds(0):
        pairs = case.pairs(more=train)
        for method in methods:
            if isinstance(method, Aligned):
                left, right = features(case, method, pairs)
                predicted = head().fit(left[train], case.y[train]).predict(right[test])
            else:
                model = method.fit(pairs, case.pool(train), case.english(train), case.y[train])
                predicted = model.predict(case.target(test))
            found[method.name][test] = predicted == case.y[test]
    return {"in domain, all pairs": found}


def target_labels(case: Case, *, repeats: int) -> Sections:
    """Cross-validate with all target labels of the training folds added as rows."""
    pairs, found = case.pairs(), {}
    for method in (
        Transfer("TransferClassifier + target labels"),
        Transfer("TransferClassifier + target labels, target_weight=1", {"target_weight": 1.0}),
    ):
        hits = np.zeros(len(case.y))
        for repeat in range(repeats):
            for train, test in case.folds(repeat):
                X = np.vstack([case.english(train), case.target(train)])
                model = method.fit(pairs, case.pool(train), X, np.tile(case.y[train], 2))
                hits[test] += model.predict(case.target(test)) == case.y[test]
        found[method.name] = hits / repeats
    return {"all target labels added": found}


def few_labels(case: Case, *, draws: int, n_labels: int = 100) -> Sections:
    """One fold per draw, with 100 target labels of the training folds added or not."""
    pairs, method = case.pairs(), Transfer("TransferClassifier")
    right = {name: np.zeros(len(case.y)) for name in ("without", "with 100 target labels")}
    seen = np.zeros(len(case.y))
    folds = case.folds(0)
    for draw in range(draws):
        train, test = folds[draw % len(folds)]
        more = np.random.default_rng(draw).permutation(train)[:n_labels]
        X = np.vstack([case.english(train), case.target(more)])
        y = np.r_[case.y[train], case.y[more]]
        seen[test] += 1
        for name, n in (("without", len(train)), ("with 100 target labels", len(X))):
            model = method.fit(pairs, case.pool(train), X[:n], y[:n])
            right[name][test] += model.predict(case.target(test)) == case.y[test]
    return {
        f"100 target labels, {draws} draws": {
            name: hits / np.maximum(seen, 1) for name, hits in right.items()
        }
    }


def sentiment(data: Path, english: VectorStore, *, max_rows: int) -> dict[str, Any]:
    """English film reviews to Korean ones, split by film."""
    source = real_data.read_tsv(data / "mr_en.tsv.gz")
    reviews = real_data.read_tsv(data / "nsmc_ko_train.tsv.gz")
    unlabeled = real_data.read_tsv(data / "nsmc_ko_unlabeled.tsv.gz")["text"]
    encoder = real_data.target_encoder(data, "ko", reviews=True)
    pairs_en, pairs_ko = real_data.sentence_pairs(data, "ko")
    films = np.array(reviews["movie_id"])
    names = np.unique(films)
    held = np.random.default_rng(0).permutation(names)[: len(names) // 3]
    test = np.flatnonzero(np.isin(films, held))[:max_rows]
    train = np.flatnonzero(~np.isin(films, held))[: 2 * max_rows]
    codes = LabelEncoder().fit(reviews["label"])
    y_en, y = codes.transform(source["label"]), codes.transform(reviews["label"])
    X_en, X = english(source["text"]), encoder.transform(reviews["text"])
    layout = BlockLayout({"en": X_en.shape[1], "ko": X.shape[1]})
    pairs = ParallelCorpus(
        english(pairs_en),
        encoder.transform(pairs_ko),
        source_lang="en",
        target_lang="ko",
        layout=layout,
    )
    pool = TextPool(encoder.transform(unlabeled[: 4 * max_rows]), lang="ko", layout=layout)
    case = Case("ko", "ko", X_en, X, y_en, pairs.source, pairs.target)
    right, target = {}, case.target(test)
    native: Any = native_head().fit(X[train], y[train])
    right[NATIVE] = (native.predict(X[test]) == y[test]).astype(float)
    every = case.english(np.arange(len(y_en)))
    for method in [*aligned(short=True), *transfers()]:
        model: Any
        if isinstance(method, Aligned):
            aligner = method.make(pairs).fit(every)
            model = head().fit(aligner.transform(every), y_en)
            predicted = model.predict(aligner.transform(target))
        else:
            model = method.fit(pairs, pool, every, y_en)
            predicted = model.predict(target)
        right[method.name] = (predicted == y[test]).astype(float)
    return {
        "n": len(test),
        "methods": {
            name: {"accuracy": float(hits.mean()), "share": share([hits], [right[NATIVE]])}
            for name, hits in right.items()
        },
    }
