"""Rows of classes that were not there in training."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.real_data import say
from benchmarks.real_settings import Encoders, RealCase
from benchmarks.real_tasks import tasks
from langalign_sk import TransferClassifier

CASES = (
    ("intents", "it", "shared"),
    ("intents", "tr", "shared"),
    ("intents", "it", "apart"),
    ("intents", "it", "n-gram"),
    ("topics", "ko", "shared"),
    ("topics", "ko", "apart"),
)
PAIRS = 5000
#: How many choices of two classes are tried, and which share of rows may be rejected.
CHOICES, SHARE = 12, 0.05


def measured(encoders: Encoders, *, small: bool) -> dict[str, Any]:
    """Return how well rows of no class are told, in each case."""
    found: dict[str, Any] = {}
    for name, lang, setting in CASES:
        (task,) = tasks(encoders.data, [name], [lang])
        cell = judged(encoders.case(setting, task), 2 if small else CHOICES)
        found.setdefault(f"{name}, {lang}", {})[setting] = cell
        say(f"{name}, {lang}, {setting}: {cell}")
    return found


def judged(case: RealCase, n_choices: int) -> dict[str, float]:
    """Return the means over the choices of two classes."""
    classes = np.unique(case.task.y)
    choices = list(itertools.combinations(classes, 2))
    np.random.default_rng(0).shuffle(choices)
    rows = []
    for number, held in enumerate(choices[:n_choices]):
        split = case.splits[number % len(case.splits)]
        train = split.train[~np.isin(case.task.y_english[split.train], held)]
        model = TransferClassifier(pairs=case.pairs(PAIRS), reject=SHARE)
        model.fit(case.english(train), case.task.y_english[train], lang="en")
        X, y = case.target(split.test), case.task.y[split.test]
        inside = ~np.isin(y, held)
        score = model.score_samples(X, lang=case.task.lang)
        kept = model.predict(X, lang=case.task.lang) != "none"
        best = model.classes_[model.predict_proba(X, lang=case.task.lang).argmax(axis=1)]
        # The share of rows that is asked for, whatever was kept.
        most = inside & (score >= np.quantile(score[inside], SHARE))
        rows.append(
            {
                "AUROC": roc_auc_score(inside, score),
                "kept, of 0.95": kept[inside].mean(),
                "rejected, of the unseen": 1 - kept[~inside].mean(),
                "accuracy": (best == y)[inside].mean(),
                "accuracy of the kept": (best == y)[inside & kept].mean(),
                "accuracy at 95%": (best == y)[most].mean(),
            }
        )
    found = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    return found | {"n_choices": len(rows)}
