"""Watches a fitted model: new texts against those it was made for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from numbers import Integral
from typing import Any, Self

from langalign_sk._io import as_text_rows
from langalign_sk._numeric import as_numpy
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.maps import PART, Numbers
from langalign_sk.measures import checked
from langalign_sk.monitor._comparison import Comparison, compared
from langalign_sk.monitor._reading import Reading, Seen
from langalign_sk.monitor._reference import MOST_ROWS, Reference, covers_of, located, made_of
from langalign_sk.selection import random_numbers


class Monitor:
    r"""Watch a fitted classifier, whether new texts are of the kind it was made for.

    It keeps what the model saw of reference texts, none of their text, and compares a batch or
    a stream of new ones: mix of languages, share outside of what the pairs cover, vectors,
    predicted classes, confidence. Nobody needs labels for it.

    Parameters
    ----------
    model : fitted classifier
        A pipeline that begins with an `EmbeddingExtractor` or a `TextAligner`, a
        `TransferClassifier`, or a classifier of vectors (then `X` are vectors, too).
    pairs : ParallelCorpus or list of ParallelCorpus, default=None
        The pairs that the model learned from, texts or vectors. Without them nothing is said of
        what they cover.
    false_alarms : float, default=0.05
        Share of the comparisons that may see a change where there is none, over all checks.
    window : int, default=500
        Texts of a stream that are compared at a time.
    random_state : int, RandomState or None, default=0
        Of the rows that are kept and of the deals.

    Attributes
    ----------
    reference_ : Reference
        What new texts are compared with.

    See Also
    --------
    answer_above : The confidence from which on answers may be given.
    langalign_sk.selection.coverage : What the pairs cover, before there is a service.

    Notes
    -----
    Old and new rows are put together and dealt out anew 500 times (more for few false alarms). Each
    check has one figure: the largest change of a language's share, and of a class's mean
    probability (without any, share), in standard errors; the growth of the mean distance from the
    pairs; the distance of the distributions of confidence (Kolmogorov-Smirnov); and, of the
    vectors, :math:`d^\top (S + \lambda I)^{-1} d` of the difference d of the means, which is how
    well a linear classifier tells new from old, with the scatter S about the mean of each language
    and :math:`\lambda` once and ten times its mean variance, whichever stands out more. A check has
    drifted where no more than the share `false_alarms` of the deals has *any* check that is as
    unlikely (Westfall and Young, 1993). That holds for whatever data, number of rows and encoder,
    as long as reference and new rows are drawn alike. Texts that the model or an `NgramEncoder` was
    fitted on are not: beside them, any new ones look like a change.

    Of the reference, 2,000 rows are kept at most, as float16: their vectors, and what the model
    said. From vectors something of a text may be guessed; keep the file as you keep the model.

    References
    ----------
    P. H. Westfall and S. S. Young. Resampling-based multiple testing. Wiley 1993; S. Rabanser et
    al. Failing loudly: an empirical study of methods for detecting dataset shift. NeurIPS 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from langalign_sk.monitor import Monitor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(900, 4))
    >>> model = LogisticRegression().fit(X[:300], X[:300, 0] > 0)
    >>> monitor = Monitor(model).fit(X[300:700])
    >>> monitor.compare(X[700:]).drifted
    False
    >>> monitor.compare(X[700:] + [0, 1, 0, 0]).table.query("drifted")["check"].tolist()
    ['vectors']
    """

    @checked(false_alarms=[PART], window=[Numbers(Integral, 20, None, closed="left")])
    def __init__(
        self,
        model: Any,
        *,
        pairs: Any = None,
        false_alarms: float = 0.05,
        window: int = 500,
        random_state: Any = 0,
    ) -> None:
        self.model = model
        self.pairs = pairs
        self.false_alarms = false_alarms
        self.window = window
        self.random_state = random_state
        self._reading = Reading(model)
        self._waiting: list[Seen] = []
        self._texts: list[Any] = []

    def fit(self, X: Any = None, y: Any = None, *, lang: Any = None) -> Self:
        """Keep what the model sees of reference texts.

        Parameters
        ----------
        X : iterable of str or array-like, default=None
            Texts as the service gets them while all is well, a few hundred at least, that neither
            the model nor its encoders were fitted on. None: only what the pairs cover is kept. What
            pairs cover is taken from a loaded reference where the monitor has no pairs.
        y : ignored
            Here for scikit-learn.
        lang : str or sequence of str, default=None
            Language of all rows, or of each, where it is known.

        Returns
        -------
        self : Monitor
        """
        seen = None if X is None else self._reading.read(_listed(X), lang)
        if seen is not None and not seen.readable.any():
            raise ValueError("none of the texts can be read: they stand for nothing")
        random = random_numbers(self.random_state)
        known: Reference | None = vars(self).get("reference_")
        covers = known.covers if known is not None and self.pairs is None else {}
        if self.pairs is not None:
            covers = covers_of([self._embedded(one) for one in _corpora(self.pairs)], random)
        if seen is None and not covers:
            raise ValueError("nothing to compare with: give texts, or Monitor(model, pairs=...)")
        self.reference_ = made_of(self._reading, seen, covers, random)
        return self

    def compare(self, X: Any, *, lang: Any = None) -> Comparison:
        """Compare a batch of new texts with the reference; each is embedded once.

        Parameters
        ----------
        X : iterable of str or array-like
            New texts, as the model takes them.
        lang : str or sequence of str, default=None
            Language of all rows, or of each, where it is known.

        Returns
        -------
        Comparison
        """
        X = _listed(X)
        if not len(X):
            raise ValueError("no texts to compare")
        return self._compared(self._see(X, lang), _texts(self._reading, X))

    def update(self, X: Any, *, lang: Any = None) -> Comparison | None:
        """Take the next texts of a stream; compare once as many as `window` have come.

        No text is compared twice, so that each comparison has its false alarms by itself.

        Parameters
        ----------
        X : iterable of str or array-like
            New texts, as the model takes them.
        lang : str or sequence of str, default=None
            Language of all rows, or of each, where it is known.

        Returns
        -------
        Comparison or None
            None until enough have come.
        """
        X = _listed(X)
        if not len(X):
            return None
        self._waiting.append(self._see(X, lang))
        self._texts += _texts(self._reading, X)
        if sum(map(len, self._waiting)) < self.window:
            return None
        seen, texts = Seen.joined(self._waiting), self._texts
        self._waiting, self._texts = [], []
        return self._compared(seen, texts)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the reference to a file that holds no code and no text.

        Parameters
        ----------
        path : path
            The file.
        """
        self._known().save(path)

    def load(self, path: str | os.PathLike[str]) -> Self:
        """Take the reference of a file, instead of fitting.

        Parameters
        ----------
        path : path
            The file that `save` or ``langalign-sk transfer`` wrote.

        Returns
        -------
        self : Monitor
        """
        self.reference_ = Reference.load(path)
        return self

    def _known(self) -> Reference:
        found: Reference | None = vars(self).get("reference_")
        if found is None:
            raise ValueError("this Monitor has no reference: fit it on texts, or load one")
        return found

    def _see(self, X: Any, lang: Any) -> Seen:
        return located(self._known().covers, self._reading, self._reading.read(X, lang))

    def _compared(self, seen: Seen, texts: Sequence[Any]) -> Comparison:
        known = self._known()
        if known.rows is not None and not _alike(known.rows, seen):
            raise ValueError(
                "the reference was made with another model: make it anew, of texts from a time "
                "when all was well"
            )
        return compared(
            known,
            seen,
            texts,
            false_alarms=self.false_alarms,
            random=random_numbers(self.random_state),
        )

    def _embedded(self, corpus: ParallelCorpus) -> ParallelCorpus:
        """Return pairs as vectors of the model's own encoders."""
        if not corpus.is_text:
            return corpus
        if self._reading.embedder is None:
            raise ValueError("pairs hold texts, but the model takes vectors: pairs.embed(...)")
        if corpus.n_pairs > 2 * MOST_ROWS:
            corpus = corpus.take(n=2 * MOST_ROWS, random_state=0)
        return corpus.embed(self._reading.embedder)

    def __repr__(self) -> str:
        made = vars(self).get("reference_")
        return f"Monitor({type(self.model).__name__}, {'not fitted' if made is None else made})"


def _alike(one: Seen, other: Seen) -> bool:
    """Tell whether two lots of rows may have been seen by one model."""
    widths = one.vectors.shape[1], other.vectors.shape[1]
    return (widths[0] == widths[1] or 0 in widths) and one.proba.shape[1] == other.proba.shape[1]


def _corpora(pairs: Any) -> list[ParallelCorpus]:
    """Return pairs as a list of corpora whose rows are at hand."""
    every = [] if pairs is None else [pairs] if isinstance(pairs, ParallelCorpus) else list(pairs)
    for corpus in every:
        if not isinstance(corpus, ParallelCorpus):
            raise TypeError(f"pairs must be ParallelCorpus, got {type(corpus).__name__}")
        if corpus.detached:
            raise ValueError(f"{corpus!r} was saved without its rows; give the corpus itself")
    return every


def _listed(X: Any) -> Any:
    """Return rows that can be read more than once."""
    return X if hasattr(X, "__len__") else list(X)


def _texts(reading: Reading, X: Any) -> list[Any]:
    """Return the texts of rows, for examples; none of vectors."""
    if reading.embedder is None:
        return [None] * len(as_numpy(X))
    return list(as_text_rows(X, column=getattr(reading.embedder, "column", None), missing="empty"))
