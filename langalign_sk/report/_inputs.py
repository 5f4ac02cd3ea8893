"""What the user gives to a report, checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk._io import as_texts
from langalign_sk.corpus import ParallelCorpus, TextPool, choose_groups, tied_rows
from langalign_sk.report._run import HELD_OUT, REST, Labels
from langalign_sk.report._spaces import Texts

#: Pairs left out to see whether both sides get one class: a fifth, and no more than this.
_MAX_HELD_OUT = 1000


def read_texts(X: Any, X_target: Any, pairs: Any, unlabeled: Any) -> Texts:
    """All texts of the report, by the part they play."""
    if not isinstance(pairs, ParallelCorpus):
        raise TypeError(
            f"pairs must be one ParallelCorpus of texts, got {type(pairs).__name__}; a report is "
            "about one target language: make one for each"
        )
    if pairs.detached or not pairs.is_text:
        raise ValueError(
            f"transfer_report embeds the pairs itself and needs texts, but {pairs!r} "
            + ("was saved without its pairs" if pairs.detached else "holds vectors")
        )
    if pairs.target_lang is None or pairs.source_lang is None:
        raise ValueError(
            'the pairs do not say their languages: ParallelCorpus(..., source_lang="en", '
            'target_lang="ko")'
        )
    parts = {
        "X": as_texts(X, what="X"),
        "pairs_source": list(pairs.source),
        "pairs_target": list(pairs.target),
    }
    langs = {
        "X": pairs.source_lang,
        "X_target": pairs.target_lang,
        "pairs_source": pairs.source_lang,
        "pairs_target": pairs.target_lang,
    }
    if X_target is not None:
        parts["X_target"] = as_texts(X_target, what="X_target")
        if not parts["X_target"]:
            raise ValueError("X_target is empty; leave it out where there are no target texts")
    return Texts(parts, dict(langs), pairs, _pools(unlabeled))


def _pools(unlabeled: Any) -> list[TextPool]:
    """Unpaired texts."""
    if unlabeled is None:
        return []
    pools = [unlabeled] if isinstance(unlabeled, TextPool) else list(unlabeled)
    for pool in pools:
        if not isinstance(pool, TextPool) or pool.detached or not pool.is_text:
            raise ValueError(
                f'unlabeled must be a TextPool of texts, TextPool(texts, lang="ko"), or a list of '
                f"them, got {pool!r:.80}"
            )
    return pools


def read_labels(y: Any, texts: list[str], name: str, n_folds: int) -> Labels:
    """One label per text, at least `n_folds` of each class where it is cut into folds."""
    labels = np.asarray(y)
    if labels.ndim != 1 or len(labels) != len(texts):
        raise ValueError(f"{name} has shape {labels.shape} for {len(texts)} texts")
    missing = [row for row, label in enumerate(labels.tolist()) if label is None or label != label]
    if missing:
        raise ValueError(f"{name}: row {missing[0]} has no label ({len(missing)} such rows)")
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2:
        raise ValueError(f"{name} holds the one class {classes.tolist()}; two are needed")
    if counts.min() < n_folds:
        rare = classes[counts.argmin()]
        raise ValueError(
            f"{name} has {counts.min()} rows of class {rare!r}, but cv={n_folds} folds need "
            f"{n_folds} of each: lower cv, or leave the class out"
        )
    return labels


def read_groups(groups: Any, n_source: int, n_target: int) -> tuple[Labels, Labels] | None:
    """Group of each source and each target row."""
    if groups is None:
        return None
    if not isinstance(groups, tuple) or len(groups) != 2:
        raise ValueError("groups must be a tuple (of the rows of X, of the rows of X_target)")
    source, target = (np.asarray(part) for part in groups)
    if source.shape != (n_source,) or target.shape != (n_target,):
        raise ValueError(
            f"groups have shapes {source.shape} and {target.shape} for {n_source} rows of X and "
            f"{n_target} of X_target"
        )
    return source, target


def leave_out_pairs(texts: Texts, random_state: int) -> None:
    """Set pairs aside that share no text with the others."""
    n_pairs = texts.pairs.n_pairs
    size = min(_MAX_HELD_OUT, n_pairs // 5)
    tied = tied_rows([tuple(texts.parts["pairs_source"]), tuple(texts.parts["pairs_target"])])
    chosen = choose_groups(tied, size, np.random.RandomState(random_state))
    if chosen.sum() < 2:
        raise ValueError(
            f"{texts.pairs!r} has too few independent pairs: a fifth of them is left out to see "
            "whether both sides get the same class, and these may share no text with the others"
        )
    texts.subsets[HELD_OUT], texts.subsets[REST] = np.flatnonzero(chosen), np.flatnonzero(~chosen)
