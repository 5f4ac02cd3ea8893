"""Words of texts and their translations aligned, one estimator for every method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from langalign_sk._io import as_text_rows, hold_two
from langalign_sk._stamp import VersionStamped
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.maps import resolve_map
from langalign_sk.text import Splitter, TextWords, split_words
from langalign_sk.words._classifier import fit_classifier, link_features
from langalign_sk.words._cooccurrence import Cooccurrence
from langalign_sk.words._gold import alignment_scores, as_gold
from langalign_sk.words._matrix import THRESHOLDS, Links, Matrix, align_matrix, cosines

_LIKELY = 0.5


class AlignedPair(NamedTuple):
    """A text and its translation, word by word.

    Parameters
    ----------
    source, target : TextWords
        ``words``, ``offsets`` and ``vectors`` of either side.
    similarity : ndarray of shape (n, m)
        How similar each source word is to each target word.
    links : ndarray of shape (n_links, 2)
        Numbers of source and target words that belong together.

    See Also
    --------
    WordAligner.align : Makes it.
    """

    source: TextWords
    target: TextWords
    similarity: Matrix
    links: Links


class WordAligner(VersionStamped, BaseEstimator):
    """Align the words of texts with those of their translations.

    Parameters
    ----------
    embedder : EmbeddingExtractor
        Gives the vectors of words.
    method : str, default="argmax"
        How similarities become links: "argmax", "itermax", "match", "softmax", "entmax",
        "transport", "partial" or "unbalanced", see `align_matrix`; or "classifier", which learns
        from links that people drew, `fit`'s y.
    map : str, map or None, default=None
        Map that carries source words into the space of target words, learned in `fit` from words
        that are each other's most similar ones, several times over; such as "procrustes" or
        ``RidgeMap()``. None compares vectors as they are. A map is needed where the two languages
        have encoders of their own, and then does not find its beginning without `cooccurrence`.
    n_rounds : int, default=3
        How often the map is learned, each time from what the one before has aligned.
    cooccurrence : float, default=0
        How much it adds to a similarity that two words stand together in the pairs of `fit` more
        than each elsewhere (their Dice coefficient, between 0 and 1).
    distortion, threshold, temperature : float, optional
        See `align_matrix`; the threshold of "classifier" is a probability, .5 unless given.
    split : callable, optional
        Gives the words of a text; None: `split_words`. ``str.split`` for texts that are split
        already.
    source_lang, target_lang : str, optional
        Languages, for an embedder with several models, unless a `ParallelCorpus` says them.

    Attributes
    ----------
    map_ : map
        The learned map, where there is one.
    classifier_ : Pipeline
        What "classifier" has learned.

    See Also
    --------
    align_words : The same for the vectors of one pair.
    alignment_scores : Precision, recall, F1 and error rate.
    Lexicon.from_alignments : A dictionary from what was aligned.

    Notes
    -----
    Without `map`, `cooccurrence` and "classifier" there is nothing to fit, and both sides are
    alike: swapping them swaps the links.

    Examples
    --------
    >>> from langalign_sk import EmbeddingExtractor, NgramEncoder
    >>> from langalign_sk.words import WordAligner
    >>> names = NgramEncoder(4).fit(["anna", "berta", "carla", "dora"])
    >>> aligner = WordAligner(EmbeddingExtractor(names), "argmax")
    >>> aligner.predict([("Anna and Berta", "Berta , Anna")])[0].tolist()
    [[0, 2], [2, 0]]
    """

    def __init__(
        self,
        embedder: Any,
        method: str = "argmax",
        *,
        map: Any = None,
        n_rounds: int = 3,
        cooccurrence: float = 0.0,
        distortion: float = 0.0,
        threshold: float | None = None,
        temperature: float | None = None,
        split: Splitter | None = None,
        source_lang: str | None = None,
        target_lang: str | None = None,
    ) -> None:
        self.embedder = embedder
        self.method = method
        self.map = map
        self.n_rounds = n_rounds
        self.cooccurrence = cooccurrence
        self.distortion = distortion
        self.threshold = threshold
        self.temperature = temperature
        self.split = split
        self.source_lang = source_lang
        self.target_lang = target_lang

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the map, the counts and the classifier, as far as they are asked for.

        Parameters
        ----------
        X : ParallelCorpus, sequence of (str, str), or frame of two columns
            Texts and their translations.
        y : sequence of GoldLinks, or of links, optional
            Links of each pair that people drew, for "classifier": the possible ones count too.

        Returns
        -------
        self
        """
        self._check()
        sides, langs = self._read(X)
        n_pairs = len(sides[0])
        if not n_pairs:
            raise ValueError("X is empty: at least one pair of texts is needed to fit")
        if self.method == "classifier" and (y is None or len(y) != n_pairs):
            raise ValueError(
                'method="classifier" learns from links that people drew: give those of each of '
                f"the {n_pairs} pairs as y"
            )
        # On a copy, which is taken over whole: what interrupts a second fit leaves the first.
        new = type(self)(**self.get_params(deep=False))
        if self.cooccurrence:
            cut = self.split or split_words
            new._counts = Cooccurrence(*([cut(text) for text in side] for side in sides))
        if self.map is not None or self.method == "classifier":
            source, target = self._embedded(sides, langs)
        if self.map is not None:
            new._learn_map(source, target)
        if self.method == "classifier":
            features = [new._features(s, t) for s, t in zip(source, target, strict=True)]
            new.classifier_ = fit_classifier(features, [as_gold(own) for own in y])
        new.n_pairs_ = n_pairs
        self.__dict__ = new.__dict__
        return self

    def predict(self, X: Any) -> list[Links]:
        """Align the words of pairs.

        Parameters
        ----------
        X : ParallelCorpus, sequence of (str, str), or frame of two columns
            Texts and their translations.

        Returns
        -------
        list of ndarray of shape (n_links, 2)
            For each pair, the numbers of source and target words that belong together.
        """
        return [pair.links for pair in self.align(X)]

    def align(self, X: Any) -> list[AlignedPair]:
        """Align the words of pairs, and give words and similarities as well.

        Parameters
        ----------
        X : ParallelCorpus, sequence of (str, str), or frame of two columns
            Texts and their translations.

        Returns
        -------
        list of AlignedPair
            ``source``, ``target`` (words, offsets, vectors), ``similarity`` and ``links`` of each.
        """
        self._check()
        if not self.__sklearn_is_fitted__():
            raise NotFittedError("this WordAligner learns from pairs: call fit first")
        source, target = self._embedded(*self._read(X))
        found = []
        for one, other in zip(source, target, strict=True):
            S = self._similarity(one, other)
            found.append(AlignedPair(one, other, S, self._links(one, other, S)))
        return found

    def score(self, X: Any, y: Any) -> float:
        """Compare with links that people drew.

        Parameters
        ----------
        X : ParallelCorpus, sequence of (str, str), or frame of two columns
            Texts and their translations.
        y : sequence of GoldLinks, or of links
            Their links.

        Returns
        -------
        float
            F1.
        """
        return alignment_scores(self.predict(X), y).f1

    def _check(self) -> None:
        if self.method != "classifier" and self.method not in THRESHOLDS:
            known = ", ".join([*THRESHOLDS, "classifier"])
            raise ValueError(f"method: {self.method!r} is unknown; choose one of {known}")

    def _read(self, X: Any) -> tuple[tuple[list[str], list[str]], list[str | None]]:
        """Return the texts of both sides, and their languages."""
        langs = [self.source_lang, self.target_lang]
        if isinstance(X, ParallelCorpus):
            if not X.is_text:
                raise ValueError("X holds vectors of texts; words need the texts themselves")
            said = X.source_lang, X.target_lang
            langs = [own or other for own, other in zip(langs, said, strict=True)]
            return (list(X.source), list(X.target)), langs
        columns = list(getattr(X, "columns", ()))  # of a frame: texts and translations
        rows: list[Any] = as_text_rows(X, column=columns if len(columns) == 2 else None)
        if rows and not hold_two(rows):
            raise ValueError("X must hold two texts a row: a text and its translation")
        return ([one for one, _ in rows], [other for _, other in rows]), langs

    def _embedded(
        self, sides: Sequence[list[str]], langs: Sequence[str | None]
    ) -> tuple[list[TextWords], list[TextWords]]:
        """Return the words of both sides, with their vectors."""
        one, other = (
            list(self.embedder.embed_words(texts, lang, split=self.split))
            for texts, lang in zip(sides, langs, strict=True)
        )
        return one, other

    def _learn_map(self, source: list[TextWords], target: list[TextWords]) -> None:
        """Align by what there is, learn the map from it, align by that, and so on."""
        for _ in range(self.n_rounds):
            left, right = [], []
            for one, other in zip(source, target, strict=True):
                links = align_matrix(self._similarity(one, other), "argmax")
                left.append(one.vectors[links[:, 0]])
                right.append(other.vectors[links[:, 1]])
            self.map_ = resolve_map(self.map).fit(np.vstack(left), np.vstack(right))

    def _similarity(self, one: TextWords, other: TextWords) -> Matrix:
        """Return how similar the words of two texts are."""
        vectors = one.vectors
        if hasattr(self, "map_") and len(vectors):
            vectors = self.map_.transform(vectors)
        if vectors.shape[1] == other.vectors.shape[1]:
            S = cosines(vectors, other.vectors)
        elif self.map is not None and self.cooccurrence:
            S = np.zeros((len(vectors), len(other.vectors)))  # until there is a map
        else:
            raise ValueError(
                f"source words are {vectors.shape[1]} wide and target words "
                f"{other.vectors.shape[1]}: give a map, and cooccurrence for its beginning"
            )
        return S + self._dice(one, other) if self.cooccurrence else S

    def _dice(self, one: TextWords, other: TextWords) -> Matrix:
        found: Matrix = self.cooccurrence * self._counts.dice(one.words, other.words)
        return found

    def _links(self, one: TextWords, other: TextWords, S: Matrix) -> Links:
        """Return the links of one pair of texts."""
        if self.method != "classifier":
            return align_matrix(
                S,
                self.method,
                threshold=self.threshold,
                temperature=self.temperature,
                distortion=self.distortion,
            )
        if not S.size:
            return np.zeros((0, 2), np.intp)
        features = self._features(one, other)
        likely = self.classifier_.predict_proba(features.reshape(S.size, -1))[:, 1]
        least = _LIKELY if self.threshold is None else self.threshold
        return np.argwhere(likely.reshape(S.shape) > least)

    def _features(self, one: TextWords, other: TextWords) -> Any:
        dice = self._dice(one, other) if self.cooccurrence else None
        return link_features(self._similarity(one, other), one.words, other.words, dice)

    def __sklearn_is_fitted__(self) -> bool:
        learns = self.map is not None or self.cooccurrence or self.method == "classifier"
        return not learns or "n_pairs_" in vars(self)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = not (
            self.map is None and not self.cooccurrence and self.method != "classifier"
        )
        tags.target_tags.required = self.method == "classifier"
        tags.input_tags.string = True
        return tags
