"""Values told in one language, predicted in others: the recipe as a regressor."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import check_array

from langalign_sk._numeric import Float64Array
from langalign_sk.transfer._base import TransferEstimator
from langalign_sk.transfer._targets import Targets, Values


class TransferRegressor(RegressorMixin, TransferEstimator):
    r"""Learn ratings or scores in one language, predict them in others.

    `TransferClassifier` for real values: rated rows are taken as their translations would look. In
    the target language's own space a linear regression learns from them, in the source language's
    kernel ridge regression; the two are averaged.

    Parameters
    ----------
    embedder : EmbeddingExtractor, default=None
        Turns texts into vectors; `X` and `pairs` are then texts. None: vectors. As in
        `TransferClassifier`, the target's encoder reads both languages where that is better.
    aligner : ReverseAligner or LangAligner, default=None
        Brings the languages into one space; its own `pairs` and `unlabeled` must be None. None,
        the recipe: see Notes.
    head : GaussianHead, KernelHead, NoisyCopies or regressor, default=None
        None for those of the recipe. Another one learns in the target's own space, or behind the
        `aligner` (None there: `GaussianHead`). A regressor of your own gets noisy copies of each
        carried row (`NoisyCopies`).
    pairs : ParallelCorpus, list of ParallelCorpus, tuple or "self", default=None
        Translated sentences: vectors or, with an `embedder`, texts. "self" is the null alignment.
    target_weight : float, default=0.5
        Weight of a rated row in another language than the source, next to a source row's.
    robust : {"trim", "weight"} or None, default=None
        Drop or weigh down pairs that look wrong, as the aligners do.
    features : PairFeatures or transformer, default=None
        How the vectors of two texts a row, ``[u | v]``, become one row for the heads. None:
        `PairFeatures`, where the `embedder` reads rows of two texts; without an embedder, a row is
        then one vector.
    random_state : int, RandomState instance or None, default=None
        That of the aligner and the head where they have none of their own.

    Attributes
    ----------
    aligner_ : LangAligner or ReverseAligner
        The fitted aligner.
    heads_ : dict of str to object
        What predicts each language: its `looks` have a fitted `head` each.
    embedder_ : EmbeddingExtractor
        The embedder in use, where there is one.
    detector_ : LanguageDetector or None
        What tells the language of a text, where the embedder has one space for all languages and
        declares none.
    n_features_in_ : int
        Number of columns seen during fit, without an embedder.

    See Also
    --------
    TransferClassifier : The same for classes and labels.
    GaussianHead, KernelHead : The heads of the recipe.

    Notes
    -----
    The looks are those of `TransferClassifier`; with y for the values, a source row x is seen

    1. as A(x) in the target's space, by the linear regression whose covariance of rows holds how
       real translations scatter: :math:`\Sigma^{-1} \operatorname{cov}(x, y)`;
    2. as R(A(x)) in the source's space, by kernel ridge regression, next to R(t), its penalty
       chosen on rows left out.

    Where both languages are in one space already, the second is the only one. Each column of `y`
    is a problem of its own over the same kernel.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk import ParallelCorpus, TransferRegressor
    >>> rng = np.random.default_rng(0)
    >>> meaning = rng.normal(size=(300, 6))
    >>> korean = meaning @ np.linalg.qr(rng.normal(size=(6, 6)))[0] + 2.0
    >>> pairs = ParallelCorpus(meaning[:200], korean[:200], target_lang="ko")
    >>> stars = 3 + meaning[:, 0]
    >>> model = TransferRegressor(pairs=pairs).fit(meaning[:200], stars[:200])
    >>> float(model.score(korean[200:], stars[200:])) > 0.8
    True
    """

    __metadata_request__fit: ClassVar = {"pairs": True, "lang": True}
    __metadata_request__predict: ClassVar = {"lang": True}
    __metadata_request__score: ClassVar = {"lang": True}

    def __init__(
        self,
        embedder: Any = None,
        aligner: Any = None,
        head: Any = None,
        pairs: Any = None,
        *,
        target_weight: float = 0.5,
        robust: str | None = None,
        features: Any = None,
        random_state: Any = None,
    ) -> None:
        self.embedder = embedder
        self.aligner = aligner
        self.head = head
        self.pairs = pairs
        self.target_weight = target_weight
        self.robust = robust
        self.features = features
        self.random_state = random_state

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        pairs: Any = None,
        lang: Any = None,
    ) -> Self:
        """Fit the aligner on the pairs and the heads of each language on the rated rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or iterable of str
            Rated rows, in the source language or in any of the pairs.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Values.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row next to the others; their scale does not matter.
        pairs : ParallelCorpus, list of ParallelCorpus or tuple, default=None
            As in the constructor, whose own they replace.
        lang : str or array-like of str, default=None
            Language of all rows, or of each, where it is known; nothing is detected then.

        Returns
        -------
        self : object
            The fitted regressor.
        """
        return self._fit(X, y, sample_weight, pairs, None, lang)

    def _take_targets(self, y: np.ndarray) -> tuple[Targets, Float64Array]:
        """Return values, one or several a row."""
        y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
        self._one_column = y.ndim == 1
        told: Float64Array = y.reshape(len(y), -1)
        return Values(told.shape[1]), told

    def predict(self, X: Any, *, lang: Any = None) -> Float64Array:
        """Return the values.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or iterable of str
            Rows in any of the languages, mixed as they come.
        lang : str or array-like of str, default=None
            Language of all rows, or of each, where it is known; nothing is detected then.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            As many columns as in fit.
        """
        said = self._say(X, lang)
        return said[:, 0] if self._one_column else said

    def score(self, X: Any, y: Any, sample_weight: Any = None, *, lang: Any = None) -> float:
        """Return the share of the variance that is told, R².

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or iterable of str
            As for :meth:`predict`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            True values.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.
        lang : str or array-like of str, default=None
            Language of all rows, or of each, where it is known; nothing is detected then.

        Returns
        -------
        score : float
        """
        return float(r2_score(y, self.predict(X, lang=lang), sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
