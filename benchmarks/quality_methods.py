"""The methods of `benchmarks.quality`, and the native head they are measured against."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.quality_data import Case
from langalign_sk import LangAligner, ReverseAligner, TransferClassifier
from langalign_sk.maps import KernelMap, MLPMap, ProcrustesMap, RidgeMap

NATIVE = "target labels, tuned (native)"
NO_ALIGNMENT = "no alignment"
#: Ends the names of methods that are told which pairs are wrong, and leave them out.
RIGHT_ONLY = "right pairs only"
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


def aligned(*, short: bool = False) -> list[Any]:
    """Aligners with logistic regression."""
    methods: list[Any] = [
        Aligned("LangAligner, defaults", LangAligner),
        Aligned(
            "ReverseAligner, round trip",
            lambda pairs: ReverseAligner(pairs, round_trip=True, random_state=0),
        ),
    ]
    maps = () if short else ("procrustes", "ridge", "kernel")
    for name in maps:
        methods += [
            Aligned(f"{name}, forward", _forward(name)),
            Aligned(f"{name}, reverse", _reverse(name, round_trip=False)),
            Aligned(f"{name}, round trip", _reverse(name, round_trip=True)),
        ]
    return methods


#: The paper's two networks, with half as many epochs again as by default, and ours. Of each, the
#: best epoch by held-out pairs is kept.
NETWORKS = {
    "fc": MLPMap("fc", max_iter=30, random_state=0),
    "ae": MLPMap("ae", max_iter=30, random_state=0),
    "residual": MLPMap("residual", random_state=0),
}


def networks(*, short: bool = False) -> list[Any]:
    """Networks with logistic regression; `short` leaves the round trip out, and adds a kernel."""
    methods = [Aligned(f"network {name}, forward", _forward(net)) for name, net in NETWORKS.items()]
    if short:
        return [*methods, Aligned("kernel, forward", _forward("kernel"))]
    for name, net in NETWORKS.items():
        methods.append(Aligned(f"network {name}, round trip", _reverse(net, round_trip=True)))
    return methods


def costs(case: Case) -> dict[str, dict[str, float]]:
    """Numbers that a fitted map holds, and seconds that fitting it on all pairs takes."""
    found = {}
    maps = {"procrustes": ProcrustesMap(), "ridge": RidgeMap(), "kernel": KernelMap(random_state=0)}
    for name, unfitted in {**maps, **NETWORKS}.items():
        started = time.perf_counter()
        fitted = clone(unfitted).fit(case.S, case.T)
        seconds = time.perf_counter() - started
        held = [v.size for v in vars(fitted).values() if isinstance(v, np.ndarray) and v.ndim == 2]
        numbers = getattr(fitted, "n_parameters_", sum(held) + case.T.shape[1])
        found[name] = {"parameters": int(numbers), "seconds": round(seconds, 2)}
    return found


def robust() -> list[Any]:
    """The recipe and an aligner that pass over pairs that look wrong."""
    return [
        Aligned(
            "ReverseAligner, round trip, robust",
            lambda pairs: ReverseAligner(pairs, round_trip=True, robust="trim", random_state=0),
        ),
        Transfer("TransferClassifier, robust", {"robust": "trim"}),
    ]


def told() -> list[Any]:
    """What no judge of pairs can do better than: the wrong ones are known, and gone."""
    return [
        Aligned(
            f"ReverseAligner, round trip, {RIGHT_ONLY}",
            lambda pairs: ReverseAligner(pairs, round_trip=True, random_state=0),
        ),
        Transfer(f"TransferClassifier, {RIGHT_ONLY}"),
    ]


def transfers() -> list[Any]:
    """The recipe, without and with unlabelled target text."""
    return [
        Transfer("TransferClassifier"),
        Transfer("TransferClassifier, unlabelled text", unlabeled=True),
    ]


def _forward(name: Any) -> Callable[..., Any]:
    return lambda pairs: LangAligner(pairs, method=name, random_state=0)


def _reverse(name: Any, *, round_trip: bool) -> Callable[..., Any]:
    return lambda pairs: ReverseAligner(pairs, method=name, round_trip=round_trip, random_state=0)


def features(case: Case, method: Aligned, pairs: Any) -> tuple[Any, Any]:
    """English and target rows of the task after alignment."""
    every = np.arange(len(case.y))
    aligner = method.make(pairs).fit(case.english(every))
    return aligner.transform(case.english(every)), aligner.transform(case.target(every))
