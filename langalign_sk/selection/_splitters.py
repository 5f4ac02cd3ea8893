"""Splitters over languages and over pairs, for scikit-learn's cross-validation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import BaseCrossValidator, PredefinedSplit, StratifiedKFold

from langalign_sk._io import as_text_rows, hold_two
from langalign_sk._numeric import as_numpy
from langalign_sk.corpus import ParallelCorpus, tied_rows
from langalign_sk.maps import COUNT, Numbers
from langalign_sk.measures import checked
from langalign_sk.selection._rows import random_numbers
from langalign_sk.text import LanguageDetector

Indices = npt.NDArray[np.intp]
_FOLDS = Numbers(Integral, 2, None, closed="left")


class _Splitter(BaseCrossValidator):
    """Base of the splitters: they are printed, and take part in routing, as scikit-learn's."""

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of splits.

        Parameters
        ----------
        X, y, groups : ignored
            Here for scikit-learn.

        Returns
        -------
        int
        """
        return self._n_splits()

    def _n_splits(self) -> int:
        """Return the number of splits."""
        raise NotImplementedError


class LanguageSplit(_Splitter):
    """Train on the rows of one language, test on those of others: one split per target language.

    Parameters
    ----------
    source : str, default="en"
        Language of the rows to train on.
    target : str or sequence of str, default="ko"
        Language or languages to test on.
    languages : array-like of str, default=None
        Language of each row. None takes the `groups` of :meth:`split`, and where there are none
        tells the languages of texts by their script.

    See Also
    --------
    target_validation : With labelled target rows in training too.
    langalign_sk.text.LanguageDetector : Tells the languages.

    Notes
    -----
    Rows in none of the languages take no part. Where rows are translations of each other, leave
    the translations of test rows out of X: a head that has seen them has seen the answer.

    Examples
    --------
    >>> from langalign_sk.selection import LanguageSplit
    >>> texts = ["where is my parcel", "택배가 어디 있나요", "thank you", "감사합니다"]
    >>> [(train.tolist(), test.tolist()) for train, test in LanguageSplit("en", "ko").split(texts)]
    [([0, 2], [1, 3])]
    >>> cv = LanguageSplit("en", ["ko", "ja"])
    >>> [test.tolist() for _, test in cv.split(range(4), groups=["en", "ja", "ko", "ja"])]
    [[2], [1, 3]]
    """

    # Where metadata is routed, `groups` come without being asked for.
    __metadata_request__split: ClassVar = {"groups": True}

    def __init__(
        self, source: str = "en", target: str | Sequence[str] = "ko", *, languages: Any = None
    ) -> None:
        self.source = source
        self.target = target
        self.languages = languages

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Indices, Indices]]:
        """Yield row numbers to train on and to test on, one pair per target language.

        Parameters
        ----------
        X : array-like or sequence of length n
            The rows; looked at only where nobody says their languages.
        y : ignored
            Here for scikit-learn.
        groups : array-like of str, default=None
            Language of each row.
        """
        targets = self._targets()
        if not targets or self.source in targets:
            raise ValueError(
                f"target must name languages other than source={self.source!r}, got {self.target!r}"
            )
        given = self.languages if groups is None else groups
        if given is None:
            try:
                texts = as_text_rows(X)
            except TypeError as error:
                raise TypeError(
                    "the languages of rows that are no texts must be given: "
                    "cross_val_score(..., cv=LanguageSplit(...), groups=languages), or "
                    "LanguageSplit(..., languages=languages)"
                ) from error
            if hold_two(texts):
                texts = ["\n".join(row) for row in texts]
            given = LanguageDetector([self.source, *targets]).detect(texts)
        codes = np.asarray(list(given), dtype=object)
        n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
        if len(codes) != n_rows:
            raise ValueError(f"{len(codes)} languages are given for {n_rows} rows of X")
        rows = {lang: np.flatnonzero(codes == lang) for lang in (self.source, *targets)}
        for lang, found in rows.items():
            if len(found) == 0:
                known = sorted({str(code) for code in codes})[:12]
                raise ValueError(f"no row of X is in {lang!r}; the languages are {known}")
        yield from ((rows[self.source], rows[target]) for target in targets)

    def _n_splits(self) -> int:
        return len(self._targets())

    def _targets(self) -> list[str]:
        """Return the target languages as a list."""
        return [self.target] if isinstance(self.target, str) else list(self.target)


class PairKFold(_Splitter):
    """Folds of pairs, for a search over an aligner alone; folds share no text.

    ``GridSearchCV(LangAligner(), grid, cv=PairKFold(), scoring=PairScorer(measure="csls"))
    .fit(source_vectors, target_vectors)`` then cross-validates over pairs.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds.
    random_state : int, RandomState or None, default=0
        Of the drawing.

    See Also
    --------
    langalign_sk.corpus.ParallelCorpus.split : One split of a corpus.
    PairScorer : The scores.

    Notes
    -----
    Pairs with an equal row on any side, directly or through other pairs, are in one fold:
    otherwise a fold would be tested on what the others have seen. Folds are filled with the
    largest such groups first, and are as equal as these allow.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.selection import PairKFold
    >>> source = np.array([[1.0], [1.0], [2.0], [3.0]])
    >>> target = np.array([[5.0], [6.0], [7.0], [8.0]])
    >>> for train, test in PairKFold(2).split(source, target):
    ...     assert (0 in test) == (1 in test)
    """

    @checked(n_splits=[_FOLDS])
    def __init__(self, n_splits: int = 5, *, random_state: Any = 0) -> None:
        self.n_splits = n_splits
        self.random_state = random_state

    def split(self, X: Any, y: Any, groups: Any = None) -> Iterator[tuple[Indices, Indices]]:
        """Yield row numbers to fit on and to test on.

        Parameters
        ----------
        X, y : array-like of shape (n, d), or sequence of str
            Source and target rows.
        groups : ignored
            Here for scikit-learn.
        """
        pairs = ParallelCorpus(as_numpy(X), as_numpy(y), source_lang="source", target_lang="target")
        groups = tied_rows((pairs.source, pairs.target))
        sizes = np.bincount(groups)
        if len(sizes) < self.n_splits:
            raise ValueError(
                f"the {pairs.n_pairs} pairs hang together in {len(sizes)} groups through equal "
                f"rows, too few for {self.n_splits} folds"
            )
        drawn = random_numbers(self.random_state).permutation(len(sizes))
        fold_of, filled = np.empty(len(sizes), dtype=np.intp), np.zeros(self.n_splits, dtype=int)
        for group in drawn[np.argsort(-sizes[drawn], kind="stable")]:
            fold_of[group] = filled.argmin()
            filled[fold_of[group]] += sizes[group]
        folds = fold_of[groups]
        for fold in range(self.n_splits):
            yield np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)

    def _n_splits(self) -> int:
        return self.n_splits


@checked(n_source=[COUNT], n_splits=[_FOLDS, None])
def target_validation(
    n_source: int, y_target: Any, *, n_splits: int | None = None, random_state: Any = 0
) -> PredefinedSplit:
    """Test on a few labelled target rows, which stand behind the source rows in X.

    Parameters
    ----------
    n_source : int
        Number of source rows; they are always trained on.
    y_target : array-like of shape (n_target,)
        Classes of the target rows.
    n_splits : int, default=None
        None: one split, trained on source rows alone and tested on all target rows. A number:
        so many stratified folds of the target rows, each tested once and trained on otherwise.
    random_state : int, RandomState or None, default=0
        Of the folds.

    Returns
    -------
    PredefinedSplit
        For ``GridSearchCV(pipe, grid, cv=...).fit(X_source + X_target, [*y_source, *y_target])``.

    See Also
    --------
    LanguageSplit : Where languages are mixed in X.

    Examples
    --------
    >>> from langalign_sk.selection import target_validation
    >>> cv = target_validation(3, ["a", "b"])
    >>> [(train.tolist(), test.tolist()) for train, test in cv.split()]
    [([0, 1, 2], [3, 4])]
    >>> target_validation(3, ["a", "b", "a", "b"], n_splits=2).get_n_splits()
    2
    """
    labels = np.asarray(y_target)
    if len(labels) == 0:
        raise ValueError("y_target is empty: target rows to test on are needed")
    folds = np.zeros(len(labels), dtype=np.intp)
    if n_splits is not None:
        cut = StratifiedKFold(n_splits, shuffle=True, random_state=random_numbers(random_state))
        for fold, (_, test) in enumerate(cut.split(labels, labels)):
            folds[test] = fold
    return PredefinedSplit(np.concatenate([np.full(n_source, -1, dtype=np.intp), folds]))
