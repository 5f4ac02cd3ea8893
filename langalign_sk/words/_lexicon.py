"""Words and their translations: a table that is counted, read, induced, and turned round."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

from langalign_sk._numeric import as_float_matrix, mutual_nearest, nearest
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.words._gold import links_within

_AT_LEAST = 2


class Lexicon(Mapping[str, dict[str, float]]):
    """A bilingual lexicon: word → its translations with their weights, the best first.

    Parameters
    ----------
    entries : mapping, or iterable of (str, str) or (str, str, float)
        Word → translations (a list, or a dict of translation to weight); or pairs of words, those
        that come first being taken as better where there are no weights. The rows of a frame of
        pandas are such pairs.

    See Also
    --------
    read_lexicon : From a file.
    induce_lexicon : From vectors.
    Lexicon.from_alignments : From aligned texts.

    Examples
    --------
    >>> from langalign_sk.words import Lexicon
    >>> lexicon = Lexicon([("dog", "개"), ("dog", "강아지"), ("cat", "고양이")])
    >>> lexicon
    Lexicon(2 words, 3 pairs)
    >>> lexicon.translations("dog"), lexicon.translations("bird")
    (['개', '강아지'], [])
    >>> lexicon.reversed().translations("강아지")
    ['dog']
    """

    def __init__(self, entries: Any = ()) -> None:
        table: dict[str, dict[str, float]] = {}
        for source, target, weight in _triples(entries):
            if not isinstance(source, str) or not isinstance(target, str):
                raise TypeError(f"a lexicon holds words, got {source!r} and {target!r}")
            own = table.setdefault(source, {})
            own[target] = max(weight, own.get(target, weight))
        self._table = {
            word: dict(sorted(own.items(), key=lambda item: -item[1]))
            for word, own in table.items()
        }

    def __getitem__(self, word: str) -> dict[str, float]:
        return self._table[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def __repr__(self) -> str:
        return f"Lexicon({len(self)} words, {sum(map(len, self._table.values()))} pairs)"

    @property
    def sources(self) -> list[str]:
        """Words that have translations, in order."""
        return list(self._table)

    @property
    def targets(self) -> list[str]:
        """Translations, each once, in order."""
        return list(dict.fromkeys(word for own in self._table.values() for word in own))

    def translations(self, word: str, k: int | None = None) -> list[str]:
        """Return the translations of a word, the best first.

        Parameters
        ----------
        word : str
        k : int, optional
            At most so many; None: all.

        Returns
        -------
        list of str
            Empty for an unknown word.
        """
        return list(self._table.get(word, {}))[:k]

    def pairs(self, k: int | None = None) -> list[tuple[str, str]]:
        """Return pairs of words, word by word.

        Parameters
        ----------
        k : int, optional
            At most so many translations of a word; None: all.

        Returns
        -------
        list of (str, str)
        """
        return [(word, other) for word in self._table for other in self.translations(word, k)]

    def reversed(self) -> Lexicon:
        """Return the lexicon of the other direction.

        Returns
        -------
        Lexicon
        """
        return Lexicon(
            (other, word, weight)
            for word, own in self._table.items()
            for other, weight in own.items()
        )

    def to_corpus(
        self, source_lang: str = "en", target_lang: str | None = None, k: int | None = None
    ) -> ParallelCorpus:
        """Return the words as pairs, for any aligner or map to learn from.

        Parameters
        ----------
        source_lang, target_lang : str
            Their languages.
        k : int, optional
            At most so many translations of a word; None: all.

        Returns
        -------
        ParallelCorpus
        """
        pairs = self.pairs(k)
        if not pairs:
            raise ValueError("this lexicon is empty: there are no pairs to learn from")
        source, target = zip(*pairs, strict=True)
        return ParallelCorpus(
            list(source), list(target), source_lang=source_lang, target_lang=target_lang
        )

    @classmethod
    def from_alignments(
        cls,
        source: Iterable[Sequence[str]],
        target: Iterable[Sequence[str]],
        links: Iterable[Any],
        *,
        min_count: int = _AT_LEAST,
        lower: bool = True,
    ) -> Self:
        r"""Count a lexicon from aligned texts.

        Parameters
        ----------
        source, target : iterable of sequence of str
            Words of each text and of its translation.
        links : iterable of array-like of shape (n_links, 2), or of GoldLinks
            Which belong together, as `WordAligner.predict` gives them.
        min_count : int, default=2
            How often two words must be linked.
        lower : bool, default=True
            Whether words count in lower case.

        Returns
        -------
        Lexicon
            Weights are Dice's coefficient, :math:`2 c_{xy} / (c_x + c_y)` of counts of links.
            Punctuation is left out.
        """
        both: Counter[tuple[str, str]] = Counter()
        for number, (one, other, own) in enumerate(zip(source, target, links, strict=True)):
            if isinstance(one, str) or isinstance(other, str):
                raise TypeError("source and target must hold the words of each text: split_words")
            for i, j in links_within(own, len(one), len(other), pair=number):
                pair = one[i], other[j]
                if all(any(c.isalnum() for c in word) for word in pair):
                    both[(pair[0].lower(), pair[1].lower()) if lower else pair] += 1
        first: Counter[str] = Counter()
        second: Counter[str] = Counter()
        for (x, y), count in both.items():
            first[x] += count
            second[y] += count
        return cls(
            (x, y, 2 * count / (first[x] + second[y]))
            for (x, y), count in both.items()
            if count >= min_count
        )


class LexiconScores(NamedTuple):
    """How good an induced lexicon is.

    Parameters
    ----------
    precision : float
        P@k: share of the words asked for of which one of the first k translations is right.
    coverage : float
        Share of the words asked for that have any translation.
    n_words : int
        Words asked for.
    """

    precision: float
    coverage: float
    n_words: int


def lexicon_precision(found: Lexicon, gold: Lexicon, k: int = 1) -> LexiconScores:
    """Compare a lexicon with one that is right; any of several translations counts.

    Parameters
    ----------
    found : Lexicon
        The one to judge.
    gold : Lexicon
        The right one; its words are asked for.
    k : int, default=1
        How many translations of a word are looked at.

    Returns
    -------
    LexiconScores
        A word without translations counts as wrong.

    Examples
    --------
    >>> from langalign_sk.words import Lexicon, lexicon_precision
    >>> gold = Lexicon({"dog": ["개", "강아지"], "cat": ["고양이"]})
    >>> lexicon_precision(Lexicon({"dog": ["강아지"]}), gold)
    LexiconScores(precision=0.5, coverage=0.5, n_words=2)
    """
    if not len(gold):
        raise ValueError("gold is empty: there is no word to ask for")
    hits = sum(not gold[word].keys().isdisjoint(found.translations(word, k)) for word in gold)
    known = sum(word in found for word in gold)
    return LexiconScores(hits / len(gold), known / len(gold), len(gold))


def induce_lexicon(
    source_words: Sequence[str],
    source_vectors: Any,
    target_words: Sequence[str],
    target_vectors: Any,
    *,
    method: Any = "csls",
    k: int = 1,
    mutual: bool = False,
    n_neighbors: int = 10,
) -> Lexicon:
    """Find translations by vectors: the nearest words of the other language.

    Parameters
    ----------
    source_words : sequence of str
        Words, each once.
    source_vectors : array-like of shape (n_words, width)
        Their vectors, in the space of the target words: map one side onto the other first, such as
        with ``LangAligner(lexicon.to_corpus().embed(embedder))``.
    target_words : sequence of str
        Words, each once.
    target_vectors : array-like of shape (n_words, width)
        Their vectors.
    method : {"csls", "cosine", "margin", "inverted_softmax"}, default="csls"
        What is nearest; all but "cosine" correct for words that are near to everything.
    k : int, default=1
        Translations of each word.
    mutual : bool, default=False
        Keep pairs of words only that are each other's nearest; `k` is 1 then.
    n_neighbors : int, default=10
        Neighbours of "csls" and "margin".

    Returns
    -------
    Lexicon
        Weights are the scores.

    References
    ----------
    A. Conneau et al. Word translation without parallel data. ICLR 2018 (CSLS).

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.words import induce_lexicon
    >>> found = induce_lexicon(["one", "two"], np.eye(2), ["둘", "하나"], np.eye(2)[::-1])
    >>> found.pairs()
    [('one', '하나'), ('two', '둘')]
    """
    sides = ((source_words, source_vectors, "source"), (target_words, target_vectors, "target"))
    for words, vectors, name in sides:
        if len(words) != len(vectors):
            raise ValueError(f"{len(words)} {name} words have {len(vectors)} vectors")
    source_words, target_words = list(source_words), list(target_words)  # a series: by place
    A, B = (as_float_matrix(vectors, name=f"{name}_vectors") for _, vectors, name in sides)
    best, scores = nearest(A, B, min(k, len(B)), method=method, n_neighbors=n_neighbors)
    rows: Iterable[int] = range(len(A))
    if mutual:
        rows = mutual_nearest(A, B, method=method, n_neighbors=n_neighbors)[0].tolist()
        best, scores = best[:, :1], scores[:, :1]
    return Lexicon(
        (source_words[row], target_words[column], float(score))
        for row in rows
        for column, score in zip(best[row].tolist(), scores[row].tolist(), strict=True)
    )


def _triples(entries: Any) -> Iterator[tuple[str, str, float]]:
    """Give words, translations and weights; without weights, the earlier the better."""
    if isinstance(entries, Mapping):
        for word, own in entries.items():
            if isinstance(own, str):
                own = [own]
            if isinstance(own, Mapping):
                yield from ((word, other, float(weight)) for other, weight in own.items())
            else:
                yield from ((word, other, 1 / (1 + n)) for n, other in enumerate(own))
        return
    if hasattr(entries, "itertuples"):
        entries = entries.itertuples(index=False, name=None)
    seen: defaultdict[str, int] = defaultdict(int)
    for number, entry in enumerate(entries):
        if isinstance(entry, str) or not hasattr(entry, "__len__") or len(entry) not in (2, 3):
            raise TypeError(
                f"entry {number} is {entry!r:.60}: a word and its translation are needed, and "
                "perhaps a weight"
            )
        word, other, *weight = entry
        yield word, other, float(weight[0]) if weight else 1 / (1 + seen[word])
        seen[word] += 1
