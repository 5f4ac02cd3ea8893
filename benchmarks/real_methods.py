"""The methods of `benchmarks.real_encoders`: the library's defaults, native and no map."""

from __future__ import annotations

import hashlib
import json
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from benchmarks.quality_methods import NATIVE_GRID, head, native_head
from benchmarks.real_settings import NGRAM, RealCase
from benchmarks.real_tasks import Split
from langalign_sk import LangAligner, ReverseAligner, TransferClassifier

NATIVE, NO_MAP = "target labels, tuned (native)", "no map"
FORWARD, ROUND_TRIP, RECIPE = "LangAligner", "ReverseAligner, round trip", "TransferClassifier"
AS_TEXTS, UNLABELLED = f"{RECIPE}, as texts", f"{RECIPE}, unlabelled text"
HALF = "half of the labels: "
_SHOWN = 200


@dataclass(frozen=True)
class Method:
    """What is fitted on English labels; `make` takes pairs and a pool, unless there is no map.

    `half`: half of the labels, the other half's target texts being the pool where one is taken.
    """

    name: str
    make: Callable[..., Any]
    pairs: bool = True
    pool: bool = False
    half: bool = False
    texts: bool = False

    @property
    def described(self) -> str:
        """What tells this method from a later version of it."""
        made = self.make(None, None) if self.pairs else self.make()
        grid = NATIVE_GRID if self.make is native_head else ""
        return f"{made!r} {self.pool} {self.half} {self.texts} {grid}"

    def there(self, case: RealCase) -> bool:
        """Whether the case has this method: "no map" needs one encoder for both sides."""
        if self.half and not case.task.halves:
            return False
        if self.pool and not self.half and case.task.halves:
            return False
        if self.texts:
            return NGRAM not in (case.encoders.english, case.encoders.target)
        return self.name.removeprefix(HALF) != NO_MAP or (
            case.encoders.english == case.encoders.target
        )


@dataclass(frozen=True)
class Cell:
    """What became of one method in one case; `right` has an item per tested row."""

    right: npt.NDArray[np.bool_]
    seconds: float
    warned: list[str]
    error: str | None = None


def _recipe(pairs: Any, pool: Any, **more: Any) -> Any:
    return TransferClassifier(pairs=pairs, unlabeled=pool, random_state=0, **more)


def _aligned(aligner: Any) -> Any:
    return Pipeline([("align", aligner), ("clf", head())])


def methods() -> list[Method]:
    """Every method; each calls the library's public defaults."""
    found = [
        Method(NATIVE, native_head, pairs=False),
        Method(NO_MAP, head, pairs=False),
        Method(FORWARD, lambda pairs, _: _aligned(LangAligner(pairs, random_state=0))),
        Method(
            ROUND_TRIP,
            lambda pairs, _: _aligned(ReverseAligner(pairs, round_trip=True, random_state=0)),
        ),
        Method(RECIPE, _recipe),
        Method(AS_TEXTS, _recipe, texts=True),
        Method(UNLABELLED, _recipe, pool=True),
    ]
    halves = (NATIVE, NO_MAP, RECIPE, UNLABELLED)
    found += [
        Method(HALF + m.name, m.make, m.pairs, m.pool, half=True) for m in found if m.name in halves
    ]
    return found


def key(case: RealCase, method: Method, n_pairs: int, tag: str) -> str:
    """Digest of all that a cell depends on; native and no map do not depend on the library."""
    task, encoders = case.task, case.encoders
    part = (task.name, task.lang, len(task.splits), method.name, method.described)
    place = (case.setting, n_pairs, tag) if method.pairs else (encoders.target,)
    said = json.dumps([*part, *place])
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def measured(case: RealCase, method: Method, n_pairs: int) -> Cell:
    """Fit and predict every split, on one core; an error is a result too."""
    started = time.perf_counter()
    right = np.zeros(len(case.task.y), dtype=bool)
    error = None
    with threadpool_limits(1), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            for split in case.splits:
                predicted = _predicted(case, split, method, n_pairs)
                right[split.test] = predicted == case.task.y[split.test]
        except (TypeError, ValueError) as found:
            error = f"{type(found).__name__}: {found}"[:_SHOWN]
            right[:] = False
    said = sorted({f"{w.category.__name__}: {w.message}"[:_SHOWN] for w in caught})
    tested = np.sort(np.concatenate([split.test for split in case.splits]))
    return Cell(right[tested], round(time.perf_counter() - started, 1), said, error)


def _predicted(case: RealCase, split: Split, method: Method, n_pairs: int) -> Any:
    """Labels of the test rows of one split."""
    rows = split.half if method.half else split.train
    if method.make is native_head:
        rows = split.native_half if method.half else split.native
        model = method.make().fit(case.X[rows], case.task.y[rows])
        return model.predict(case.X[split.test])
    y = case.task.y_english[rows]
    if not method.pairs:
        return method.make().fit(case.X_english[rows], y).predict(case.X[split.test])
    pool = case.pool(split.rest) if method.pool else None
    pairs = case.pairs(n_pairs, texts=method.texts)
    if method.texts:
        model = method.make(pairs, pool, embedder=case.embedder)
        english, target = case.task.english, case.task.target
        model.fit([english[row] for row in rows], y)
        return model.predict([target[row] for row in split.test])
    model = method.make(pairs, pool).fit(case.english(rows), y)
    return model.predict(case.target(split.test))
