"""Texts to aligned vectors in one step, so that a grid may vary the encoder as well."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import TransformerMixin, clone
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.validation import check_is_fitted

from langalign_sk._numeric import FloatArray
from langalign_sk.align._aligners import BaseAligner
from langalign_sk.align._embedded import embed_rows, embedded
from langalign_sk.align._pairs import PairedEstimator, all_or_nothing, refuse_nested


class TextAligner(TransformerMixin, PairedEstimator):
    """Embed texts and align the vectors; the pairs are texts and take the very same way.

    The language of each row comes from its text. Languages that share a script are told apart by
    what the pairs show, unless the embedder knows better (`detect`, `lang_column`).

    Rows may hold two texts. Where the embedder reads them apart, each is moved on its own, by a map
    learned from single sentences: pairs of one text a row, or of two, which are taken one by one.
    Where it reads them together, pairs must hold rows of two on both sides.

    In a pipeline of two steps a grid over the embedder's settings would compare maps learned from
    stale vectors. Here the pairs are embedded by whatever embedder is being fitted.

    Parameters
    ----------
    embedder : EmbeddingExtractor
        Turns texts into vectors. Cloned before fitting.
    aligner : LangAligner or ReverseAligner
        Moves the vectors. Cloned before fitting; its own `pairs` and `unlabeled` must be None.
    pairs : ParallelCorpus, list of ParallelCorpus or tuple, default=None
        Translated sentences, as texts. A tuple is (source texts, target texts) in the embedder's
        two languages, in their order.
    unlabeled : TextPool or list of TextPool, default=None
        Unpaired sentences, as texts, for maps that use them.

    Attributes
    ----------
    embedder_ : EmbeddingExtractor
        The embedder in use.
    aligner_ : LangAligner or ReverseAligner
        The fitted aligner.
    detector_ : LanguageDetector or None
        What tells the language of a text, where the embedder has one space for all languages and
        declares none; the vectors are then not asked for it.

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

    __metadata_request__fit: ClassVar = {"pairs": True, "unlabeled": True, "lang": True}
    __metadata_request__transform: ClassVar = {"lang": True}
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "embedder": [HasMethods(["fit_transform", "transform"])],
        "aligner": [BaseAligner],
    }

    def __init__(
        self, embedder: Any, aligner: Any, pairs: Any = None, unlabeled: Any = None
    ) -> None:
        self.embedder = embedder
        self.aligner = aligner
        self.pairs = pairs
        self.unlabeled = unlabeled

    def fit(
        self, X: Any, y: Any = None, *, pairs: Any = None, unlabeled: Any = None, lang: Any = None
    ) -> Self:
        """Embed the pairs and `X`, then fit the aligner.

        Parameters
        ----------
        X : iterable of str, or of tuples of two
            Texts as the pipeline will see them.
        y : array-like, default=None
            Passed to the embedder's `fit`; class labels are never taken for pairs.
        pairs, unlabeled
            As in the constructor, whose own they replace.
        lang : str or sequence of str, default=None
            Language of all rows, or of each, where it is known; nothing is detected then.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        self._fit(X, y, pairs, unlabeled, lang)
        return self

    def fit_transform(
        self, X: Any, y: Any = None, *, pairs: Any = None, unlabeled: Any = None, lang: Any = None
    ) -> FloatArray:
        """Fit, then return the same rows aligned; they are embedded once.

        Parameters
        ----------
        X : iterable of str, or of tuples of two
            Texts as the pipeline will see them.
        y, pairs, unlabeled, lang
            See :meth:`fit`.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features_out)
            Aligned vectors.
        """
        return self._align(*self._fit(X, y, pairs, unlabeled, lang))

    def _fit(self, X: Any, y: Any, pairs: Any, unlabeled: Any, lang: Any) -> tuple[Any, Any]:
        """Fit both parts; return the vectors of `X`, and their languages where texts tell them."""
        owner = type(self).__name__
        with all_or_nothing(self) as draft:
            draft._validate_params()
            refuse_nested(self.aligner, "aligner", owner)
            embedder = clone(self.embedder)
            unlabeled = self.unlabeled if unlabeled is None else unlabeled
            given = draft._given_pairs(pairs)
            found = embedded(
                embedder, X, y, given, unlabeled, owner, lang=lang, gate=self.aligner.gate
            )
            aligner = clone(self.aligner)
            if found.n_texts is not None:
                aligner.set_params(n_texts=found.n_texts)
            draft.aligner_ = aligner.fit(
                found.vectors, None, pairs=found.corpora, unlabeled=found.pools, lang=found.langs
            )
            draft.embedder_, draft.detector_ = embedder, found.detector
        return found.vectors, found.langs

    def transform(self, X: Any, *, lang: Any = None) -> FloatArray:
        """Embed and align texts.

        Parameters
        ----------
        X : iterable of str, or of tuples of two
            Texts; languages may be mixed.
        lang : str or sequence of str, default=None
            Language of all rows, or of each, where it is known; nothing is detected then.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features_out)
            Aligned vectors; (0, n_features_out) for no texts.
        """
        check_is_fitted(self)
        return self._align(*embed_rows(self.embedder_, X, lang, self.detector_))

    def _align(self, vectors: Any, langs: Any) -> FloatArray:
        """Return aligned rows; none of them for none."""
        if len(vectors) == 0:
            width = len(self.aligner_.get_feature_names_out())
            return np.empty((0, width), dtype=np.float32)
        aligned: FloatArray = self.aligner_.transform(vectors, lang=langs)
        return aligned

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """Return the names of the output columns.

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
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        tags.transformer_tags.preserves_dtype = []
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "aligner_")
