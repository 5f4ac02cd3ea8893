"""Which corpora are alive in this process, and whether pickles may hold rows."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from langalign_sk.corpus import RowState

Holder = TypeVar("Holder", bound="RowState")

# By identity, not by fingerprint: of two equal corpora one may go while the other stays.
_live: weakref.WeakValueDictionary[int, RowState] = weakref.WeakValueDictionary()
_lock = threading.RLock()  # a destructor may run, and register, while it is held
_left_out: ContextVar[bool] = ContextVar("langalign_sk_pairs_left_out", default=False)


def register(holder: RowState) -> None:
    """Make a corpus that has rows and a known fingerprint findable by `live`."""
    with _lock:
        _live[id(holder)] = holder


def live(stub: Holder) -> Holder:
    """Find the corpus of this process that a stub stands for.

    Parameters
    ----------
    stub : ParallelCorpus or TextPool
        Usually the result of ``detach()``, or of unpickling what was pickled `without_pairs`.

    Returns
    -------
    ParallelCorpus or TextPool
        A corpus with the same fingerprint that has its rows, if this process holds one; otherwise
        `stub` itself.

    Examples
    --------
    >>> from langalign_sk.corpus import ParallelCorpus, live
    >>> pairs = ParallelCorpus(["a cat", "a dog"], ["고양이", "개"], target_lang="ko")
    >>> live(pairs.detach()) is pairs
    True
    """
    if stub._in_memory:
        return stub
    with _lock:
        candidates = list(_live.values())
    for candidate in candidates:
        if type(candidate) is type(stub) and candidate._fingerprint == stub._fingerprint:
            return candidate
    return stub


@contextmanager
def without_pairs() -> Iterator[None]:
    """Leave the rows of every corpus out of what is pickled inside the ``with`` block.

    Each `ParallelCorpus` and `TextPool` is pickled as its stub: fingerprint, number of rows,
    widths, languages. For objects that hold *unfitted* aligners, which would otherwise carry their
    pairs along; a fitted aligner leaves its pairs behind by itself.

    Examples
    --------
    >>> import pickle
    >>> from langalign_sk.corpus import ParallelCorpus, without_pairs
    >>> pairs = ParallelCorpus(["a cat"] * 500, ["고양이"] * 500, target_lang="ko")
    >>> with without_pairs():
    ...     small = pickle.dumps({"pairs": pairs})
    >>> len(small) < 500
    True
    >>> pickle.loads(small)["pairs"]
    ParallelCorpus(en->ko, 500 pairs of texts, detached)
    """
    token = _left_out.set(True)
    try:
        yield
    finally:
        _left_out.reset(token)


def pairs_are_left_out() -> bool:
    """Whether this runs inside `without_pairs`."""
    return _left_out.get()
