"""A refit that is stopped, wherever, leaves the old fit or the new one."""

from __future__ import annotations

import functools
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

import langalign_sk
from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TextPool,
    TransferClassifier,
)

ROOMS = tuple(str(Path(langalign_sk.__path__[0]) / room) for room in ("align", "transfer"))
RNG = np.random.default_rng(0)
S = RNG.normal(size=(60, 4))
T = S @ np.linalg.qr(RNG.normal(size=(4, 4)))[0] + 3
Y = (S[:, 0] > 0).astype(int)
A = ParallelCorpus(S, T, target_lang="ko")
B = ParallelCorpus(S, 2 * T[::-1], target_lang="ko")
POOL = TextPool(T[:30], lang="ko")
ENGLISH = [f"the {c} {n}" for c in ("red", "blue", "black") for n in ("car", "boat", "tree")]
KOREAN = [f"{c} {n}" for c in ("빨간", "파란", "검은") for n in ("차", "배", "나무")]
TEXTS = ParallelCorpus(ENGLISH, KOREAN, target_lang="ko")
EMBED = EmbeddingExtractor({"en": NgramEncoder(4).fit(ENGLISH), "ko": NgramEncoder(4).fit(KOREAN)})
WIDER = EmbeddingExtractor({"en": NgramEncoder(6).fit(ENGLISH), "ko": NgramEncoder(6).fit(KOREAN)})
CASES = {
    "LangAligner": (LangAligner(A), S, {"pairs": B}, "transform"),
    "LangAligner.partial_fit": (LangAligner(A), S, {"pairs": B}, "transform"),
    "ReverseAligner": (ReverseAligner(A, round_trip=True), S, {"pairs": (S, -T)}, "transform"),
    "TextAligner": (TextAligner(EMBED, LangAligner(), TEXTS), ENGLISH, {}, "transform"),
    "TransferClassifier": (
        TransferClassifier(pairs=A, unlabeled=POOL, self_training=1, random_state=0),
        S,
        {"pairs": B},
        "predict_proba",
    ),
}


class Stop:
    """Count the lines of our rooms that run, and interrupt before one of them."""

    def __init__(self, at=None):
        self.at, self.seen = at, 0

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self.look)

    def __exit__(self, *exc):
        sys.settrace(self.before)

    def look(self, frame, event, arg):
        if not frame.f_code.co_filename.startswith(ROOMS):
            return None
        if event == "line":
            self.seen += 1
            if self.seen == self.at:
                raise KeyboardInterrupt
        return self.look


def in_a_thread(test):
    """Run a test in a thread, which takes the exception state of its interrupts along."""

    @functools.wraps(test)
    def run(name):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(test, name).result()

    return run


@pytest.mark.parametrize("name", CASES)
@in_a_thread
def test_an_interrupt_at_any_line_leaves_a_whole_fit(name):
    unfitted, X, other, look = CASES[name]
    y, seen = (Y, np.vstack([S, T])) if X is S else (None, X)
    method = "partial_fit" if "partial" in name else "fit"

    def ready():
        model = clone(unfitted).fit(X, y)
        if X is ENGLISH:
            model.set_params(embedder=WIDER)
        return model

    def refit(model):
        return getattr(model, method)(X, y, **other)

    def results(model):
        return getattr(model, look)(seen)

    old, new, whole, changed = results(ready()), results(refit(ready())), Stop(), 0
    model = ready()
    with whole:
        refit(model)
    assert whole.seen > 50
    model, last = ready(), np.arange(whole.seen - 20, whole.seen + 1)
    for at in np.union1d(np.linspace(1, whole.seen, 60, dtype=int), last):
        with pytest.raises(KeyboardInterrupt), Stop(at):
            refit(model)
        found = results(model)
        if found.shape == new.shape and np.array_equal(found, new):
            model, changed = ready(), changed + 1
        else:
            np.testing.assert_array_equal(found, old)
    np.testing.assert_array_equal(results(refit(model)), new)
    assert changed <= 5  # the lines that return; all before them left the old fit


@pytest.mark.parametrize("name", CASES)
@in_a_thread
def test_so_does_an_interrupt_while_a_refused_refit_is_undone(name):
    unfitted, X, _, look = CASES[name]
    model = clone(unfitted).fit(X, Y if X is S else None)
    before = getattr(model, look)(X)
    bad = ParallelCorpus(["a"], ["b"], target_lang="ja")
    whole = Stop()
    with whole, pytest.raises(ValueError, match="texts|ja"):
        model.fit(X, Y if X is S else None, pairs=bad)
    for at in range(1, whole.seen + 1):
        with pytest.raises(KeyboardInterrupt), Stop(at):
            model.fit(X, Y if X is S else None, pairs=bad)
        np.testing.assert_array_equal(getattr(model, look)(X), before)
