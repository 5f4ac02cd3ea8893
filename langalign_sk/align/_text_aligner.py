"""Texts to aligned vectors in one step, so that a grid may vary the encoder as well."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from langalign_sk._numeric import FloatArray
from langalign_sk.align._state import LeavesPairsBehind
from langalign_sk.corpus import ParallelCorpus, TextPool


class TextAligner(LeavesPairsBehind, TransformerMixin, BaseEstimator):
    """Embed texts and align the vectors; the pairs are texts and take the very same way.

    In a pipeline of two steps the pairs are embedded once, when the aligner is made: a grid over
    the embedder's settings would then compare maps learned from stale vectors. Here the pairs
    are embedded by whatever embedder is being fitted.

    Parameters
    ----------
    embedder : EmbeddingExtractor
        Turns texts into vectors. Cloned before fitting.
    aligner : LangAligner or ReverseAligner
        Moves the vectors. Cloned before fitting; its own `pairs` and `unlabeled` must be None.
    pairs : ParallelCorpus or list of ParallelCorpus, default=None
        Translated sentences, as texts.
    unlabeled : TextPool or list of TextPool, default=None
        Unpaired sentences, as texts, for maps that use them.

    Attributes
    ----------
    embedder_ : EmbeddingExtractor
        The embedder in use.
    aligner_ : LangAligner or ReverseAligner
        The fitted aligner.

    See Also
    --------
    LangAligner : Source rows into the target space.
    ReverseAligner : Target rows into the source space.

    Examples
    --------
    >>> from langalign_sk import (
    ...     EmbeddingExtractor, NgramEncoder, ParallelCorpus, ReverseAligner, TextAligner)
    >>> english = ["the red car", "a blue boat", "the green tree", "a red boat", "a blue tree"]
    >>> korean = ["빨간 차", "파란 배", "초록 나무", "빨간 배", "파란 나무"]
    >>> embedder = EmbeddingExtractor({
    ...     "en": NgramEncoder(4).fit(english), "ko": NgramEncoder(4).fit(korean)})
    >>> pairs = ParallelCorpus(english, korean, source_lang="en", target_lang="ko")
    >>> aligner = TextAligner(embedder, ReverseAligner(), pairs=pairs)
    >>> aligner.fit(english).transform(["초록 배", "the blue car"]).shape
    (2, 4)
    """

    __metadata_request__fit: ClassVar = {"pairs": True, "unlabeled": True}

    def __init__(
        self, embedder: Any, aligner: Any, pairs: Any = None, unlabeled: Any = None
    ) -> None:
        self.embedder = embedder
        self.aligner = aligner
        self.pairs = pairs
        self.unlabeled = unlabeled

    def fit(self, X: Any, y: Any = None, *, pairs: Any = None, unlabeled: Any = None) -> Self:
        """Embed the pairs and `X`, then fit the aligner.

        Parameters
        ----------
        X : iterable of str
            Texts as the pipeline will see them.
        y : array-like, default=None
            Passed to the embedder's `fit`; class labels are never taken for pairs.
        pairs : ParallelCorpus, list of ParallelCorpus or tuple, default=None
            Pairs that come before those of the constructor. A tuple is (source texts, target
            texts) in the embedder's two languages, in their order.
        unlabeled : TextPool or list of TextPool, default=None
            Unpaired texts that come before those of the constructor.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        self._fit(X, y, pairs, unlabeled)
        return self

    def fit_transform(
        self, X: Any, y: Any = None, *, pairs: Any = None, unlabeled: Any = None
    ) -> FloatArray:
        """Fit, then return the same rows aligned; they are embedded once.

        Parameters
        ----------
        X : iterable of str
            Texts as the pipeline will see them.
        y : array-like, default=None
            See :meth:`fit`.
        pairs : ParallelCorpus, list of ParallelCorpus or tuple, default=None
            See :meth:`fit`.
        unlabeled : TextPool or list of TextPool, default=None
            See :meth:`fit`.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features_out)
            Aligned vectors.
        """
        return self._align(self._fit(X, y, pairs, unlabeled))

    def _fit(self, X: Any, y: Any, pairs: Any, unlabeled: Any) -> Any:
        """Fit both parts; the embedded rows of `X` are returned for those who want them."""
        for name in ("pairs", "unlabeled"):
            if getattr(self.aligner, name, None) is not None:
                raise ValueError(
                    f"the aligner inside {type(self).__name__} has {name} of its own; give "
                    f"{type(self).__name__}({name}=...) the texts and leave the aligner's None"
                )
        embedder = clone(self.embedder)
        vectors = embedder.fit_transform(X, y)
        corpora = self._embedded(self.pairs if pairs is None else pairs, embedder)
        pools = self._embedded_pools(self.unlabeled if unlabeled is None else unlabeled, embedder)
        self.aligner_ = clone(self.aligner).fit(vectors, None, pairs=corpora, unlabeled=pools)
        self.embedder_ = embedder
        return vectors

    def _embedded(self, pairs: Any, embedder: Any) -> Any:
        """Corpora of vectors from corpora of texts."""
        if pairs is None:
            raise ValueError(
                f"{type(self).__name__} has no parallel pairs: give it pairs=ParallelCorpus("
                'source_texts, target_texts, source_lang="en", target_lang="ko")'
            )
        if isinstance(pairs, tuple) and not all(isinstance(p, ParallelCorpus) for p in pairs):
            return self._corpus_of(pairs, embedder).embed(embedder)
        corpora = [pairs] if isinstance(pairs, ParallelCorpus) else pairs
        if not isinstance(corpora, list | tuple) or not all(
            isinstance(corpus, ParallelCorpus) for corpus in corpora
        ):
            raise ValueError(
                f"{type(self).__name__}: pairs must be a ParallelCorpus of texts, a list of them "
                f"or a tuple (source texts, target texts), got {type(pairs).__name__}"
            )
        for corpus in corpora:
            self._check_texts(corpus)
        return [corpus.embed(embedder) for corpus in corpora]

    def _corpus_of(self, pairs: tuple[Any, ...], embedder: Any) -> ParallelCorpus:
        """A corpus from two lists of texts, in the two languages of the embedder."""
        layout = embedder.get_layout() if hasattr(embedder, "get_layout") else None
        langs = ("source", "target") if layout is None else layout.languages
        if len(pairs) != 2 or len(langs) != 2:
            raise ValueError(
                f"{type(self).__name__}: a tuple of pairs is (source texts, target texts) in two "
                f"languages, got {len(pairs)} entries and the languages {list(langs)}; use "
                "ParallelCorpus(..., source_lang=, target_lang=)"
            )
        return ParallelCorpus(*pairs, source_lang=langs[0], target_lang=langs[1])

    def _embedded_pools(self, unlabeled: Any, embedder: Any) -> Any:
        """Pools of vectors from pools of texts."""
        if unlabeled is None:
            return None
        pools = [unlabeled] if isinstance(unlabeled, TextPool) else list(unlabeled)
        for pool in pools:
            self._check_texts(pool)
        return [pool.embed(embedder) for pool in pools]

    def _check_texts(self, rows: ParallelCorpus | TextPool) -> None:
        """Vectors would be stale as soon as the embedder changes: only texts are taken."""
        if rows.detached:
            raise ValueError(
                f"{type(self).__name__}: {rows!r} was saved without its texts. Predicting works; "
                "to fit again, set_params(pairs=...) first, or clone() before handing a fitted "
                "estimator to parallel jobs"
            )
        if not rows.is_text:
            raise ValueError(
                f"{type(self).__name__} embeds the pairs itself and needs texts, but {rows!r} "
                "holds vectors; vectors go into LangAligner or ReverseAligner"
            )

    def transform(self, X: Any) -> FloatArray:
        """Embed and align texts.

        Parameters
        ----------
        X : iterable of str
            Texts; languages may be mixed.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features_out)
            Aligned vectors; (0, n_features_out) for no texts.
        """
        check_is_fitted(self)
        return self._align(self.embedder_.transform(X))

    def _align(self, vectors: Any) -> FloatArray:
        """Aligned rows; none of them for none."""
        if len(vectors) == 0:
            width = len(self.aligner_.get_feature_names_out())
            return np.empty((0, width), dtype=np.float32)
        aligned: FloatArray = self.aligner_.transform(vectors)
        return aligned

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """Names of the output columns.

        Parameters
        ----------
        input_features : ignored
            Here for scikit-learn.

        Returns
        -------
        names : ndarray of str
            Names of the output columns.
        """
        check_is_fitted(self)
        return self.aligner_.get_feature_names_out()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "aligner_")
