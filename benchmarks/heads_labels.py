"""Several labels told in English, predicted in other languages."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier

from benchmarks.real_data import say
from benchmarks.real_settings import Encoders, RealCase
from benchmarks.real_tasks import tasks
from langalign_sk import RidgeMap, TransferClassifier
from langalign_sk.maps import compose

SETTINGS = ("shared", "apart", "n-gram")
LANGUAGES = ("ko",)
PAIRS = 5000
FOLDS = 5


def measured(encoders: Encoders, *, small: bool) -> dict[str, Any]:
    """Return the F1 of each setting and language."""
    found = {}
    for lang in LANGUAGES:
        (task,) = tasks(encoders.data, ["topics"], [lang])
        for setting in SETTINGS:
            case = encoders.case(setting, task)
            found[f"{setting}, {lang}"] = judged(case, n_folds=1 if small else FOLDS)
            say(f"{setting}, {lang}: done")
    return found


def labels(texts: list[str], topics: Any) -> Any:
    """Return topics, length and whether there is a digit, as zeros and ones."""
    topic = topics[:, None] == np.unique(topics)
    length = np.array([len(text) for text in texts])
    kind = np.digitize(length, np.quantile(length, [1 / 3, 2 / 3]))[:, None] == np.arange(3)
    digit = np.array([[any(c.isdigit() for c in text)] for text in texts])
    return np.hstack([topic, kind, digit]).astype(int)


def judged(case: RealCase, n_folds: int) -> dict[str, dict[str, float]]:
    """Return the F1 of every way over the test rows of the folds."""
    Y = labels(case.task.english, case.task.y_english)
    pairs = case.pairs(PAIRS)
    there, back = RidgeMap(), RidgeMap()
    there.fit(pairs.source, pairs.target)
    back.fit(pairs.target, pairs.source)
    trip = compose(there, back)
    ways: dict[str, tuple[Any, Any]] = {
        "native: target labels": (case.X, case.X),
        "logistic regressions, forward": (there.transform(case.X_english), case.X),
        "logistic regressions, round trip": (
            trip.transform(case.X_english),
            back.transform(case.X),
        ),
    }
    if case.encoders.one_space:
        ways["logistic regressions, no map"] = (case.X_english, case.X)
    found: dict[str, list[Any]] = {}
    told = []
    for split in case.splits[:n_folds]:
        told.append(Y[split.test])
        for way, (rows, asked) in ways.items():
            model = one_a_label().fit(rows[split.train], Y[split.train])
            found.setdefault(way, []).append(model.predict(asked[split.test]))
        recipe = TransferClassifier(pairs=pairs).fit(
            case.english(split.train), Y[split.train], lang="en"
        )
        said = recipe.predict(case.target(split.test), lang=case.task.lang)
        found.setdefault("TransferClassifier", []).append(said)
    true = np.vstack(told)
    return {
        way: {"micro F1": float(f1_score(true, np.vstack(said), average="micro")), "n": len(true)}
        for way, said in found.items()
    }


def one_a_label() -> GridSearchCV:
    """One logistic regression a label, as one would write it by hand."""
    model = OneVsRestClassifier(LogisticRegression(max_iter=1000))
    return GridSearchCV(model, {"estimator__C": [3, 30]}, scoring="f1_micro", cv=2)
