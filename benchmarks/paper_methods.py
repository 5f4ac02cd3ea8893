"""What `benchmarks.paper` compares: the paper's networks, closed forms, and heads without a map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from benchmarks.paper_data import Encoded
from benchmarks.real_data import Vectors
from langalign_sk import BlockLayout, PairFeatures, ParallelCorpus, TransferClassifier
from langalign_sk._numeric import unit_rows
from langalign_sk.maps import KernelMap, MLPMap, ProcrustesMap, RidgeMap

Hits = npt.NDArray[np.bool_]
ENGLISH_ONLY, NATIVE, RECIPE = "English only", "Korean labels (native)", "TransferClassifier"
FORWARD, REVERSE, ROUND_TRIP = "forward", "reverse", "round trip"
PLAIN = "lengths as they come"


@dataclass(frozen=True)
class Method:
    """A map and the way it goes; those whose network is drawn are fitted once per seed.

    Moved rows get unit length, as the encoders' own have, unless they stay `as_they_come`.
    """

    name: str
    way: str = ""
    make: Callable[[int], Any] | None = None
    drawn: bool = False
    as_they_come: bool = False

    @property
    def title(self) -> str:
        """Name, way, and whether lengths stay."""
        return ", ".join([self.name, *[self.way] * bool(self.way), *[PLAIN] * self.as_they_come])


def _paper(architecture: str) -> Callable[[int], Any]:
    return lambda seed: MLPMap(architecture, random_state=seed)


def _ridge(seed: int) -> Any:
    return RidgeMap()


METHODS = [
    Method(ENGLISH_ONLY),
    *(Method("paper: FC", way, _paper("fc"), drawn=True) for way in (FORWARD, REVERSE)),
    *(Method("paper: AE", way, _paper("ae"), drawn=True) for way in (FORWARD, REVERSE)),
    Method("Procrustes", FORWARD, lambda _: ProcrustesMap()),
    *(Method("ridge", way, _ridge) for way in (FORWARD, REVERSE, ROUND_TRIP)),
    Method("kernel", ROUND_TRIP, lambda _: KernelMap(random_state=0)),
    Method(RECIPE),
    Method(NATIVE),
    *(
        Method("paper: FC", way, _paper("fc"), drawn=True, as_they_come=True)
        for way in (FORWARD, REVERSE)
    ),
    *(Method("ridge", way, _ridge, as_they_come=True) for way in (FORWARD, REVERSE, ROUND_TRIP)),
]


class Fits:
    """Maps that were fitted already: two tasks with the same pairs and encoders share them."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def __call__(self, key: Any, make: Callable[[], Any], S: Vectors, T: Vectors) -> Any:
        """Return the map of a key, fitted from `S` to `T`."""
        if key not in self._known:
            self._known[key] = make().fit(S, T)
        return self._known[key]


def hits(case: Encoded, method: Method, seed: int, fits: Fits, at: Any) -> Hits:
    """Tell which Korean test rows come out right."""
    task = case.task
    if method.name == NATIVE:
        return _native(case)
    wanted = task.y_korean[task.test]
    if method.name == ENGLISH_ONLY:
        if not case.one_space:  # a head would read noise: the largest class instead
            classes, counts = np.unique(task.y_english, return_counts=True)
            return np.asarray(wanted == classes[counts.argmax()])
        learned, read = case.english, case.korean
    elif method.name == RECIPE:
        return _recipe(case, seed)
    else:
        learned, read = moved(case, method, seed, fits, at)
    model = head(len(learned)).fit(beside(learned), task.y_english)
    return np.asarray(model.predict(beside(read, task.test)) == wanted)


def moved(
    case: Encoded, method: Method, seed: int, fits: Fits, at: Any
) -> tuple[list[Vectors], list[Vectors]]:
    """English and Korean rows in the space where the head lives; each text is moved by itself."""
    make = method.make
    if make is None:
        raise ValueError(f"{method.name} has no map")

    def fitted(way: str, S: Vectors, T: Vectors) -> Callable[[Vectors], Vectors]:
        transform: Callable[[Vectors], Vectors]
        transform = fits((at, method.name, way, seed), lambda: make(seed), S, T).transform
        return transform

    def scaled(rows: Vectors) -> Vectors:
        return rows if method.as_they_come else unit_rows(rows)

    if method.way == FORWARD:
        there = fitted(FORWARD, case.S, case.T)
        return [scaled(there(rows)) for rows in case.english], case.korean
    back = fitted(REVERSE, case.T, case.S)
    english = case.english
    if method.way == ROUND_TRIP:
        there = fitted(FORWARD, case.S, case.T)
        english = [scaled(back(there(rows))) for rows in english]
    return english, [scaled(back(rows)) for rows in case.korean]


def _native(case: Encoded) -> Hits:
    """Korean labels of other rows than those predicted."""
    task = case.task
    right = np.zeros(len(task.y_korean), dtype=bool)
    for learned, tested in task.native:
        model = head(len(case.korean)).fit(beside(case.korean, learned), task.y_korean[learned])
        right[tested] = model.predict(beside(case.korean, tested)) == task.y_korean[tested]
    return right[task.test]


def _recipe(case: Encoded, seed: int) -> Hits:
    """The recipe, English left of Korean in each text's vector unless both are in one space."""
    task, layout, before, after = case.task, None, 0, 0
    if not case.one_space:
        after, before = case.T.shape[1], case.S.shape[1]
        layout = BlockLayout({"en": before, "ko": after})
    english = np.hstack([np.pad(rows, ((0, 0), (0, after))) for rows in case.english])
    korean = np.hstack([np.pad(rows, ((0, 0), (before, 0))) for rows in case.korean])
    pairs = ParallelCorpus(case.S, case.T, source_lang="en", target_lang="ko", layout=layout)
    features = PairFeatures() if len(case.english) == 2 else None
    model = TransferClassifier(pairs=pairs, features=features, random_state=seed)
    predicted = model.fit(english, task.y_english).predict(korean[task.test])
    return np.asarray(predicted == task.y_korean[task.test])


def beside(texts: list[Vectors], rows: Any = None) -> Vectors:
    """Rows for a head: vectors of one text, or u, v, |u-v|, u*v of two."""
    chosen = [side if rows is None else side[rows] for side in texts]
    if len(chosen) == 1:
        return chosen[0]
    u, v = chosen  # as `PairFeatures` does it, which scales rows to unit length by itself
    return np.hstack([u, v, np.abs(u - v), u * v])


def head(n_texts: int) -> Any:
    """The head, the same for every method: step 3, with a penalty that English rows chose."""
    return LogisticRegression(C=10 if n_texts == 1 else 1, max_iter=2000)
