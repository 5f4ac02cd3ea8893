"""Pickles with and without the rows of corpora."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from langalign_sk._process._fork import Lock, renew_in_children

#: How the threads are named in which pools of processes pickle what they send to workers.
_SENDERS = ("QueueFeederThread", "(_handle_tasks)")


class _Blocks:
    """The ``with`` blocks that are open: by whom, and which threads ran before."""

    def __init__(self) -> None:
        self.here: ContextVar[bool] = ContextVar("langalign_sk_pairs_left_out", default=False)
        self._open: dict[object, weakref.WeakSet[threading.Thread]] = {}
        self._lock = Lock()
        renew_in_children(self)

    @contextmanager
    def block(self) -> Iterator[None]:
        """Open a block."""
        key = object()
        older = weakref.WeakSet(
            thread for thread in threading.enumerate() if not thread.name.endswith(_SENDERS)
        )
        with self._lock:
            self._open[key] = older
        token = self.here.set(True)
        try:
            yield
        finally:
            self.here.reset(token)
            with self._lock:
                self._open.pop(key, None)

    def reach(self, thread: threading.Thread) -> bool:
        """Tell whether a thread was started while a block was open."""
        with self._lock:
            return any(thread not in older for older in self._open.values())

    def after_fork(self) -> None:
        """Forget the blocks of other threads; that of the thread that forked is in its context."""
        self._open = {}


_blocks = _Blocks()


@contextmanager
def without_pairs() -> Iterator[None]:
    """Leave the rows of every corpus out of what is pickled inside the ``with`` block.

    Each `ParallelCorpus` and `TextPool` is pickled as its stub: fingerprint, number of rows,
    widths, languages. For objects that hold *unfitted* aligners, which would otherwise carry their
    pairs along; a fitted aligner leaves its pairs behind by itself.

    Notes
    -----
    Inside are the thread (or the asynchronous task) that entered the block, every thread that is
    started before the block ends, and the threads in which pools of processes pickle what they
    send, however old. All other threads that ran before, serving other requests say, go on
    pickling rows. Nobody can tell for whom a thread was started: one that somebody else starts
    meanwhile counts as inside too.

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
    with _blocks.block():
        yield


def pairs_are_left_out() -> bool:
    """Tell whether this runs inside `without_pairs`."""
    return _blocks.here.get() or _blocks.reach(threading.current_thread())
