"""Words of a dialect, written as the standard language writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize
from sklearn.utils.validation import check_is_fitted

from langalign_sk.prepare._base import TextStep, cased
from langalign_sk.prepare._spelling import WORDS, Cost, cost_of, count_edits, edits

#: Words of the standard that are looked at closely for each word of the dialect.
_CANDIDATES = 30
#: What the edits to a word may cost for each letter, in nats, if it is to be believed.
_MOST = 1.0


class DialectNormalizer(TextStep):
    r"""Write words of a dialect as the standard language does, before they are embedded.

    Learned from pairs of words. A word that was in them becomes what it was most often; any other
    one becomes the word of the standard that it most probably is, if the edits between them are
    those that the pairs show; else it stays.

    Parameters
    ----------
    words : sequence of (str, str), or dict of str to str
        Pairs (dialect, standard), as often as they occur: see `spelling_pairs`.
    vocabulary : sequence of str, optional
        More words of the standard language. They stay as they are, and dialect words may become
        them.
    column : str, or tuple of two str, optional
        Column with the texts, where X is a frame with several.

    Attributes
    ----------
    table_ : dict of str to str
        What became of each word of the pairs.
    standard_ : list of str
        Words of the standard language.
    edits_ : dict of str to dict of str to int
        How often each letter became which, or none.

    See Also
    --------
    spelling_pairs : Pairs of words out of pairs of sentences.

    Notes
    -----
    A noisy channel: an edit of a letter costs :math:`-\log p(new | old)`, counted over the
    alignments of the pairs. A word :math:`w` becomes the candidate :math:`s` with the least cost
    per letter, if that is at most 1. Candidates share letters and pairs of them with :math:`w`, or
    with what it usually becomes. Upper case at the start of a word is kept.

    References
    ----------
    Bafna et al. (2025), DialUp! Modeling the Language Continuum by Adapting Models to Dialects and
    Dialects to Models, arXiv:2501.16581.

    Examples
    --------
    >>> from langalign_sk.prepare import DialectNormalizer
    >>> pairs = [("olle", "alle"), ("hod", "hat"), ("oft", "oft"), ("wos", "was"), ("do", "da")]
    >>> step = DialectNormalizer(pairs, vocabulary=["das", "man", "katze"]).fit([])
    >>> step.transform(["Wos hod olle?", "dos"]).tolist()
    ['Was hat alle?', 'das']
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "words": ["array-like", Mapping],
        "vocabulary": ["array-like", set, frozenset, None],
    }

    def __init__(
        self,
        words: Sequence[tuple[str, str]] | Mapping[str, str],
        *,
        vocabulary: Iterable[str] | None = None,
        column: Any = None,
    ) -> None:
        self.words = words
        self.vocabulary = vocabulary
        self.column = column

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn what edits cost from the pairs of words; X is checked, nothing is learned from it.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array, series or frame
            Texts.
        y : object, optional
            Ignored.

        Returns
        -------
        self
        """
        super().fit(X)
        pairs = _as_pairs(self.words)
        counted: dict[str, Counter[str]] = {}
        for old, new in pairs:
            counted.setdefault(old, Counter())[new] += 1
        table = {old: own.most_common(1)[0][0] for old, own in counted.items()}
        more = [word.lower() for word in (() if self.vocabulary is None else self.vocabulary)]
        self.__dict__.update(  # all of it, or nothing where the fit is interrupted
            table_=table,
            standard_=sorted({*(new for _, new in pairs), *more}),
            edits_=count_edits(pairs),
        )
        return self

    def _changed(self, texts: Sequence[str]) -> list[str]:
        check_is_fitted(self)
        new = self._standard({word.lower() for text in texts for word in WORDS.findall(text)})
        return [WORDS.sub(lambda found: cased(new[found[0].lower()], found[0]), t) for t in texts]

    def _standard(self, words: Iterable[str]) -> dict[str, str]:
        """Return what each word becomes."""
        known: dict[str, str] = {word: word for word in self.standard_} | self.table_
        unknown = sorted(set(words) - known.keys())
        if not unknown or not self.standard_:
            return {word: known.get(word, word) for word in words}
        cost = cost_of(self.edits_)
        letters = CountVectorizer(analyzer="char_wb", ngram_range=(1, 2))
        standard = normalize(letters.fit_transform(self.standard_))
        usual = str.maketrans(
            {old: max(new, key=new.__getitem__) for old, new in self.edits_.items() if old}
        )
        asked = [unknown, [word.translate(usual) for word in unknown]]
        near_to = [(normalize(letters.transform(own)) @ standard.T).toarray() for own in asked]
        alike = np.maximum(*near_to)
        n = min(_CANDIDATES, len(self.standard_))
        for word, row in zip(unknown, alike, strict=True):
            near = [self.standard_[j] for j in np.argpartition(-row, n - 1)[:n]]
            far, best = min((_per_letter(word, other, cost), other) for other in near)
            known[word] = best if far <= _MOST else word
        return known

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "table_")


def _per_letter(old: str, new: str, cost: Cost) -> float:
    """Return what it costs to make one word of another, per letter."""
    return edits(old, new, cost)[0] / max(len(old), len(new), 1)


def _as_pairs(words: Any) -> list[tuple[str, str]]:
    """Return pairs of words in lower case."""
    pairs = list(words.items() if isinstance(words, Mapping) else words)
    for number, pair in enumerate(pairs):
        if len(pair) != 2 or not all(isinstance(word, str) and word.strip() for word in pair):
            raise ValueError(
                f"words: pair {number} is {pair!r}; give (dialect word, standard word)"
            )
    if not pairs:
        raise ValueError("words holds no pairs to learn from")
    return [(old.lower(), new.lower()) for old, new in pairs]
