"""Ctrl-C inside a second fit: afterwards an estimator is as before, or as the fit makes it."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline

import langalign_sk
from benchmarks.faults_things import Things
from benchmarks.trials import in_child, same
from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    PairFeatures,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TextPool,
    TransferClassifier,
    TransferRegressor,
)
from langalign_sk.align import (
    ClusterIsotropy,
    LanguageEraser,
    OutlierDimRemover,
    TopicFeatures,
    ZCAWhitening,
)
from langalign_sk.maps import (
    AffineMap,
    GeneralizedProcrustes,
    MLPMap,
    NormalizedMap,
    RegressorMap,
    TransportMap,
)
from langalign_sk.prepare import (
    Augmented,
    CodeSwitcher,
    DialectNormalizer,
    EntityFeatures,
    ProtectedTranslator,
    TextPerturber,
    Transliterator,
)
from langalign_sk.transfer import CSLSNeighborsClassifier, GaussianHead
from langalign_sk.words import WordAligner

ROOMS = ("", ".encoders", ".text", ".maps", ".align", ".transfer", ".words", ".prepare")
BASES = ("BaseMap", "MomentMap")  # what others inherit from; they fit nothing
#: They train through another library, from a checkpoint; tests interrupt them in its steps.
TRAINED = ("DistilledEncoder", "TunedEncoder")
PACKAGE = str(Path(langalign_sk.__file__).parent) + os.sep
LIBRARIES = str(Path(np.__file__).parent.parent) + os.sep
#: What a caller gets from a fitted estimator.
SEEN = (
    "transform", "predict", "predict_proba", "decision_function", "inverse_transform",
    "gate_proba", "fingerprint",
)  # fmt: skip
STATES = ("as before", "as after", "neither", "hung or crashed")


class Case(NamedTuple):
    """An estimator fitted once, the arguments of another fit, and rows to look at it with."""

    fitted: Any
    again: dict[str, Any]
    probes: Sequence[Any]
    method: str = "fit"

    def refit(self) -> Any:
        """Fit again, on other data."""
        return getattr(self.fitted, self.method)(**self.again)

    def look(self) -> dict[str, Any]:
        """Return all that a caller gets; an error by its type."""
        found = {}
        for name, (number, rows) in product(SEEN, enumerate(self.probes)):
            if hasattr(self.fitted, name):
                method = getattr(self.fitted, name)
                try:
                    seen = method() if name == "fingerprint" else method(rows)
                except Exception as error:
                    seen = type(error).__name__
                found[f"{name} {number}"] = seen
        return found


def measure(n: int, scratch: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Interrupt the second fit of every public estimator n times."""
    rows, unwanted = {}, []
    for seed, (name, make) in enumerate(cases().items()):
        say(f"interrupt, {n} times: {name}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows[name], bad = _interrupted(make(), n, np.random.default_rng(seed))
        unwanted += [f"{name}: {what}" for what in bad]
    return {"rows": rows, "unwanted": unwanted}


def _interrupted(case: Case, n: int, rng: np.random.Generator) -> tuple[dict[str, int], list[str]]:
    """Count what one estimator is after an interrupt at each of n places."""
    before = case.look()
    (lines, _, after), how = in_child(partial(_walk, case, (PACKAGE,)))
    total = 0
    if n > 1:
        (_, total, _), _ = in_child(partial(_walk, case, (PACKAGE, LIBRARIES)))
    row: dict[str, int] = {"interrupts": 0, **dict.fromkeys(STATES, 0)}
    bad = []
    for number in range(3 * n):
        # Half of them at a line of ours, each line as likely as any other; half wherever the time
        # goes, in what we call too.
        ours = number % 2 == 0
        at = int(rng.choice(lines[rng.integers(len(lines))]) if ours else rng.integers(total))
        folders = (PACKAGE,) if ours else (PACKAGE, LIBRARIES)
        value, how = in_child(partial(_trial, case, folders, at, before, after), seconds=30)
        place, state, again = value or ("somewhere", "hung or crashed", True)
        if not place:
            continue  # this fit was shorter
        row["interrupts"] += 1
        row[state] += 1
        if state not in ("as before", "as after"):
            bad.append(f"{state} after an interrupt at {place} {how}")
        if not again:
            bad.append(f"another result of the next fit after an interrupt at {place}")
        if row["interrupts"] == n:
            break
    return row, bad


def _walk(case: Case, folders: tuple[str, ...]) -> tuple[list[list[int]], int, dict[str, Any]]:
    """Fit again undisturbed; return when each line of the folders ran, how many did, the result."""
    trace = _Trace(folders)
    with trace:
        case.refit()
    ran = list(trace.lines.values()) if len(folders) == 1 else []
    return ran, trace.count, case.look()


def _trial(
    case: Case, folders: tuple[str, ...], at: int, before: Any, after: Any
) -> tuple[str, str, bool]:
    """Fit again and interrupt; return where, the state it left, whether a next fit goes well."""
    trace = _Trace(folders, at)
    with suppress(KeyboardInterrupt), trace:
        case.refit()
    if not trace.place:
        return "", "", True
    found = case.look()
    state = "as before" if close(found, before) else "as after"
    if state == "as after" and not close(found, after):
        state = "neither"
    if case.method == "fit":
        case.refit()
        return trace.place, state, close(case.look(), after)
    return trace.place, state, True


class _Trace:
    """Counts the lines that run in some folders, and may interrupt at one of them."""

    def __init__(self, folders: tuple[str, ...], at: int | None = None) -> None:
        self.folders = folders
        self.at = at
        self.count = 0
        self.place = ""
        self.lines: dict[tuple[str, int], list[int]] = {}

    def __enter__(self) -> None:
        sys.settrace(self.call)

    def __exit__(self, *exc: object) -> None:
        sys.settrace(None)

    def call(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Follow the frames of the folders."""
        return self.line if frame.f_code.co_filename.startswith(self.folders) else None

    def line(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Count a line, or interrupt it."""
        if event == "line":
            if self.count == self.at:
                self.place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                raise KeyboardInterrupt
            self.count += 1
            if self.at is None:
                where = frame.f_code.co_filename, frame.f_lineno
                self.lines.setdefault(where, []).append(self.count - 1)
        return self.line


def close(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Tell whether two looks at an estimator are the same but for rounding."""
    if found.keys() != wanted.keys():
        return False
    for name, value in wanted.items():
        other, numbers = found[name], isinstance(value, np.ndarray) and value.dtype.kind == "f"
        if numbers and isinstance(other, np.ndarray) and other.shape == value.shape:
            if not np.allclose(other, value, rtol=1e-5, atol=1e-7, equal_nan=True):
                return False
        elif not same(other, value):
            return False
    return True


def public_estimators() -> dict[str, type]:
    """Return every class of the public rooms that can be fitted."""
    found = {}
    for room in ROOMS:
        module = importlib.import_module(f"langalign_sk{room}")
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isclass(thing) and hasattr(thing, "fit") and name not in BASES + TRAINED:
                found[name] = thing
    return found


def cases() -> dict[str, Callable[[], Case]]:
    """Return a case or more for every public estimator, by its name and what is special."""
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((2, 2, 90, 6))
    y = X[..., 0] + 0.3 * X[..., 1] > 0
    T = X @ rng.standard_normal((2, 6, 6)) + 0.1 * Y + 2
    pairs = [ParallelCorpus(S, side, target_lang="ko") for S, side in zip(X, T, strict=True)]
    # The second fit is on narrower rows, so that what is left of the first one shows.
    narrow = ParallelCorpus(X[1][:, :5], T[1][:, :5], target_lang="ko")
    rows = np.vstack([X[0][:8], T[0][:8]])
    probes = rows, rows[:, :5]

    def aligner(made: Any, **given: Any) -> Callable[[], Case]:
        first = {"X": X[0], "pairs": pairs[0], **given}
        again = {**first, "X": X[1][:, :5], "pairs": narrow}
        if "unlabeled" in given:
            again["unlabeled"] = TextPool(T[1][:, :5], lang="ko")
        return lambda: Case(clone(made).fit(**first), again, probes)

    def mapped(made: Any) -> Callable[[], Case]:
        if "random_state" in made.get_params():
            made.set_params(random_state=0)
        again = {"S": X[1][:, :5], "T": T[1][:, :5]}
        return lambda: Case(clone(made).fit(X[0], T[0]), again, probes)

    special: dict[str, Callable[[], Any]] = {
        "MLPMap": lambda: MLPMap(max_iter=2),
        "NormalizedMap": lambda: NormalizedMap("ridge"),
        "RegressorMap": lambda: RegressorMap(Ridge()),
        "TransportMap": lambda: TransportMap(n_rows=30, n_steps=2),
    }
    other = ("AffineMap", "GeneralizedProcrustes")  # of the width that they are made with
    found = {
        name: mapped(special.get(name, cls)())
        for name, cls in public_estimators().items()
        if cls.__module__.startswith("langalign_sk.maps.") and name not in other
    }
    pool = TextPool(T[0], lang="ko")
    head = TransferClassifier(head=GaussianHead(), random_state=0)
    found |= {
        "AffineMap": lambda: Case(AffineMap(np.eye(6)).fit(), {}, probes),
        "GeneralizedProcrustes": lambda: Case(
            GeneralizedProcrustes([3, 3]).fit(X[0]), {"X": X[1]}, probes
        ),
        "LangAligner": aligner(LangAligner()),
        "LangAligner, wrong pairs weighed": aligner(LangAligner(robust="weight")),
        "LangAligner, partial_fit": lambda: Case(
            LangAligner(keep_moments=True).fit(X[0], pairs=pairs[0]),
            {"X": X[1], "pairs": pairs[1]},
            probes,
            "partial_fit",
        ),
        "ReverseAligner": aligner(ReverseAligner(round_trip=True)),
        **{
            name: _rows_alone(made, X, y, probes)
            for name, made in {
                "CSLSNeighborsClassifier": CSLSNeighborsClassifier(3),
                "ClusterIsotropy": ClusterIsotropy(3, random_state=0),
                "LanguageEraser": LanguageEraser("self"),
                "OutlierDimRemover": OutlierDimRemover(1.0),
                "TopicFeatures": TopicFeatures(3, random_state=0),
                "ZCAWhitening": ZCAWhitening(),
            }.items()
        },
        "PairFeatures": lambda: Case(PairFeatures().fit(X[0]), {"X": X[1][:, :4]}, probes),
        "TransferClassifier": aligner(head, y=y[0]),
        "TransferClassifier, rejecting": aligner(
            clone(head).set_params(reject=0.1), y=y[0].astype(int)
        ),
        "TransferRegressor": aligner(TransferRegressor(random_state=0), y=X[0][:, 0]),
        "TransferClassifier, unlabelled rows": aligner(head, y=y[0], unlabeled=pool),
        **_of_texts(head),
    }
    missing = public_estimators().keys() - {name.partition(",")[0] for name in found}
    if missing:
        raise RuntimeError(f"no case for {', '.join(sorted(missing))}")
    return found


def _rows_alone(made: Any, X: Any, y: Any, probes: Sequence[Any]) -> Callable[[], Case]:
    """Return the case of an estimator on rows, fitted on narrower ones the second time."""
    again = {"X": X[1][:, :5], "y": y[1]}
    return lambda: Case(clone(made).fit(X[0], y[0]), again, probes)


def _of_texts(head: TransferClassifier) -> dict[str, Callable[[], Case]]:
    """Return the cases of what is fitted on texts."""
    things = Things()
    demo, texts = things.demo, [things.texts[::12]]
    english, korean = list(demo.pairs.source), list(demo.pairs.target)
    labels = list(demo.train_labels)
    halves = [
        {
            "X": demo.train_texts[part],
            "pairs": ParallelCorpus(english[part], korean[part], target_lang="ko"),
        }
        for part in (slice(None, None, 2), slice(1, None, 2))
    ]
    first, again = ({**half, "y": labels[i::2]} for i, half in enumerate(halves))
    embed, both = things.extractor(), list(zip(english, korean, strict=True))
    one_space = EmbeddingExtractor(NgramEncoder(8).fit(english + korean))
    words = WordAligner(one_space, cooccurrence=1.0, map="ridge")
    return {
        "NgramEncoder": lambda: Case(NgramEncoder(8).fit(english), {"X": korean}, texts),
        "WordAligner": lambda: Case(words.fit(both[:40]), {"X": both[40:80]}, [both[80:90]]),
        "EmbeddingExtractor": lambda: Case(embed.fit(english), {"X": korean}, texts),
        "TextAligner": lambda: Case(
            TextAligner(embed, ReverseAligner()).fit(**halves[0]), halves[1], texts
        ),
        **_of_text_steps(english, korean, texts),
        "TransferClassifier, texts": lambda: Case(
            clone(head).set_params(embedder=embed).fit(**first), again, texts
        ),
    }


def _of_text_steps(
    english: list[str], korean: list[str], texts: list[Any]
) -> dict[str, Callable[[], Case]]:
    """Return the cases of what comes before the encoder."""
    words = dict(zip(english[0].split(), korean[0].split(), strict=False))
    pipe = make_pipeline(NgramEncoder(8).fit(english), LogisticRegression())
    switch, labels = CodeSwitcher(words, random_state=0), np.arange(40) % 2
    steps = {
        "CodeSwitcher": switch,
        "DialectNormalizer": DialectNormalizer(words),
        "EntityFeatures": EntityFeatures(words),
        "ProtectedTranslator": ProtectedTranslator(_shouted),
        "TextPerturber": TextPerturber(random_state=0),
        "Transliterator": Transliterator("Hira"),
    }
    cases: dict[str, Callable[[], Case]] = {
        name: partial(lambda step: Case(clone(step).fit(english), {"X": korean}, texts), step)
        for name, step in steps.items()
    }
    cases["Augmented"] = lambda: Case(
        Augmented(pipe, switch, random_state=0).fit(english[:40], labels),
        {"X": english[40:80], "y": labels},
        texts,
    )
    return cases


def _shouted(texts: list[str]) -> list[str]:
    """Stand for a translator."""
    return [text.upper() for text in texts]
