"""The methods of `benchmarks.quality`, and the native head they are measured against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.quality_data import Case
from langalign_sk import LangAligner, ReverseAligner, TransferClassifier

NATIVE = "target labels, tuned (native)"
NO_ALIGNMENT = "no alignment"
#: Fixed before anything was measured; searched by three-fold cross-validation inside each training
#: fold.
NATIVE_GRID: list[dict[str, Any]] = [
    {"scale": ["passthrough"], "clf__C": [1.0, 10.0, 100.0]},
    {"scale": ["standardise"], "clf__C": [0.001, 0.01, 0.1]},
]


@dataclass(frozen=True)
class Aligned:
    """An aligner and logistic regression; the aligner does not see the folds."""

    name: str
    make: Callable[..., Any]


@dataclass(frozen=True)
class Transfer:
    """A TransferClassifier with these parameters; `unlabeled` adds the training folds' texts."""

    name: str
    params: dict[str, Any] = field(default_factory=dict)
    unlabeled: bool = False

    def fit(self, pairs: Any, pool: Any, X: Any, y: Any) -> Any:
        """Fit on labelled rows."""
        pool = pool if self.unlabeled else None
        model = TransferClassifier(pairs=pairs, unlabeled=pool, random_state=0, **self.params)
        return model.fit(X, y)


def head() -> Any:
    """The head of every aligner."""
    return LogisticRegression(C=10, max_iter=2000)


def native_head() -> Any:
    """The head on target labels, tuned."""
    pipe = Pipeline([("scale", "passthrough"), ("clf", LogisticRegression(max_iter=2000))])
    grid = [
        {**part, "scale": [StandardScaler() if s == "standardise" else s for s in part["scale"]]}
        for part in NATIVE_GRID
    ]
    return GridSearchCV(pipe, grid, cv=StratifiedKFold(3, shuffle=True, random_state=0))


def aligned(extra: Sequence[str] = (), *, short: bool = False) -> list[Any]:
    """Aligners with logistic regression; `extra` maps go all three ways."""
    methods = [
        Aligned("LangAligner, defaults", LangAligner),
        Aligned(
            "ReverseAligner, round trip",
            lambda pairs: ReverseAligner(pairs, round_trip=True, random_state=0),
        ),
    ]
    maps = () if short else ("procrustes", "ridge", "kernel", *extra)
    for name in maps:
        methods += [
            Aligned(f"{name}, forward", _forward(name)),
            Aligned(f"{name}, reverse", _reverse(name, round_trip=False)),
            Aligned(f"{name}, round trip", _reverse(name, round_trip=True)),
        ]
    return methods


def robust() -> list[Any]:
    """The recipe and an aligner that pass over pairs that look wrong."""
    return [
        Aligned(
            "ReverseAligner, round trip, robust",
            lambda pairs: ReverseAligner(pairs, round_trip=True, robust="trim", random_state=0),
        ),
        Transfer("TransferClassifier, robust", {"robust": "trim"}),
    ]


def transfers() -> list[Any]:
    """The recipe, without and with unlabelled target text."""
    return [
        Transfer("TransferClassifier"),
        Transfer("TransferClassifier, linear", {"n_landmarks": 0}),
        Transfer("TransferClassifier, unlabelled text", unlabeled=True),
    ]


def _forward(name: str) -> Callable[..., Any]:
    return lambda pairs: LangAligner(pairs, method=name, random_state=0)


def _reverse(name: str, *, round_trip: bool) -> Callable[..., Any]:
    return lambda pairs: ReverseAligner(pairs, method=name, round_trip=round_trip, random_state=0)


def features(case: Case, method: Aligned, pairs: Any) -> tuple[Any, Any]:
    """English and target rows of the task after alignment."""
    every = np.arange(len(case.y))
    aligner = method.make(pairs).fit(case.english(every))
    return aligner.transform(case.english(every)), aligner.transform(case.target(every))
