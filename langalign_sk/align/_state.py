"""What an aligner leaves behind when it is saved: its pairs, and moments unless asked to keep."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from langalign_sk._stamp import VersionStamped
from langalign_sk.align._pairs import corpus_of_arrays
from langalign_sk.corpus import ParallelCorpus, TextPool, live, pairs_are_left_out

_HOLDERS = ("pairs", "unlabeled")


@contextmanager
def all_or_nothing(estimator: Any) -> Iterator[None]:
    """Leave an estimator as it was where fitting it fails: a refused refit breaks no service."""
    before = dict(estimator.__dict__)
    try:
        yield
    except BaseException:
        estimator.__dict__.clear()
        estimator.__dict__.update(before)
        raise


class LeavesPairsBehind(VersionStamped):
    """Mixin: a fitted estimator pickles stubs of its corpora; an unfitted one keeps them.

    In the process that fitted it, loading finds the live corpus again by fingerprint, so that
    copies made through pickling (parallel cross-validation, joblib.Memory) can be refitted.
    """

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        fitted = self.__sklearn_is_fitted__()
        if fitted or pairs_are_left_out():
            for name in _HOLDERS:
                state[name] = _stub(state[name])
        if not state.get("keep_moments", False):
            state.pop("_moments", None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__({**state, **{name: _revive(state.get(name)) for name in _HOLDERS}})

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # Not through __getstate__: a copy inside the process keeps its pairs and its moments.
        new = self.__class__.__new__(self.__class__)
        memo[id(self)] = new
        new.__dict__.update({name: copy.deepcopy(v, memo) for name, v in self.__dict__.items()})
        return new

    def __sklearn_is_fitted__(self) -> bool:
        raise NotImplementedError


def _stub(value: Any) -> Any:
    """The stub of every corpus in `value`; raw arrays become a corpus first."""
    if isinstance(value, ParallelCorpus | TextPool):
        return value.detach()
    if isinstance(value, list | tuple):
        if value and all(isinstance(part, ParallelCorpus | TextPool) for part in value):
            return [part.detach() for part in value]
        if len(value) == 2:
            return corpus_of_arrays(*value).detach()
    return value


def _revive(value: Any) -> Any:
    """The live corpus of this process for every stub, where there is one."""
    if isinstance(value, ParallelCorpus | TextPool):
        return live(value)
    if isinstance(value, list | tuple):
        return type(value)(_revive(part) for part in value)
    return value
