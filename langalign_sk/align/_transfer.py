"""Labels in one language, predictions in others: the whole recipe as one classifier."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from langalign_sk._numeric import FloatArray, as_float_matrix, as_numpy
from langalign_sk._numeric._arrays import Float64Array
from langalign_sk.align._lang_aligner import LangAligner
from langalign_sk.align._pairs import resolve_corpora
from langalign_sk.align._reverse_aligner import ReverseAligner
from langalign_sk.align._state import LeavesPairsBehind, all_or_nothing
from langalign_sk.align._text_pairs import embedded_pairs, embedded_pools, refuse_nested
from langalign_sk.align._transfer_head import GaussianHead, Part, fit_on_copies
from langalign_sk.align._transfer_passage import Passage, passages_of
from langalign_sk.corpus import TextPool
from langalign_sk.maps import KernelMap
from langalign_sk.text import BlockLayout


class TransferClassifier(LeavesPairsBehind, ClassifierMixin, BaseEstimator):
    r"""Learn from labels in one language, predict in others.

    An aligner brings both languages into one space; there the classifier learns from labelled
    rows as their translations would look, scattered as real translations scatter.

    Parameters
    ----------
    embedder : EmbeddingExtractor, default=None
        Turns texts into vectors; `X`, `pairs` and `unlabeled` are then texts. None: vectors.
    aligner : ReverseAligner or LangAligner, default=None
        Brings the languages together; its own `pairs` and `unlabeled` must be None. None for
        ``ReverseAligner(method="kernel")``, the best of the methods measured.
    head : classifier, default=None
        None for a discriminant that takes the scatter of translations as a covariance, in closed
        form. Any other classifier gets `n_copies` noisy copies of each carried row instead.
    pairs : ParallelCorpus, list of ParallelCorpus, tuple or "self", default=None
        Translated sentences: vectors or, with an `embedder`, texts. "self" is the null alignment,
        on which scikit-learn's own checks run.
    unlabeled : TextPool or list of TextPool, default=None
        Unpaired rows, for aligners that use them and for `center`.
    noise : float, default=1.0
        Weight of the scatter of translations about the carried rows; 0 leaves it out.
    center : bool, default=False
        Move the target rows so that the mean of `unlabeled` in their language is that of the
        carried training rows. For classes that are about as frequent in both.
    n_copies : int, default=6
        Copies of each carried row for a `head` of your own.
    target_weight : float, default=1.0
        Weight of a labelled row in another language than the source, next to a source row's.
    random_state : int, RandomState instance or None, default=None
        Draws the noise of the copies and whatever the aligner draws.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    aligner_ : LangAligner or ReverseAligner
        The fitted aligner.
    heads_ : dict of str to classifier
        The head of each language.
    embedder_ : EmbeddingExtractor
        The embedder in use, where there is one.
    n_features_in_ : int
        Number of columns seen during fit, without an embedder.

    See Also
    --------
    ReverseAligner : The same in a pipeline, for a head of any kind, without resampling.

    Notes
    -----
    With pairs :math:`(s_i, t_i)` and the aligner's map R, a target row is seen as R(t). The head of
    its language learns from source rows x carried to :math:`G(x) \approx E[R(t) | s = x]`, a ridge
    regression of :math:`R(t_i)` on :math:`s_i`, and from the covariance Q of
    :math:`R(t_i) - G(s_i)`. The default head is Gaussian with class means :math:`\mu_k` of the
    carried rows and covariance :math:`\tfrac12 W + Q`, W being their scatter within classes. With a
    `LangAligner`, G is its map and R the identity.

    References
    ----------
    LANGALIGN, arXiv:2503.18603.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk import ParallelCorpus, TransferClassifier
    >>> rng = np.random.default_rng(0)
    >>> meaning = rng.normal(size=(300, 6))
    >>> korean = meaning @ np.linalg.qr(rng.normal(size=(6, 6)))[0] + 2.0
    >>> pairs = ParallelCorpus(meaning[:200], korean[:200], target_lang="ko")
    >>> y = np.where(meaning[:, 0] > 0, "yes", "no")
    >>> model = TransferClassifier(pairs=pairs, random_state=0).fit(meaning[:200], y[:200])
    >>> float(model.score(korean[200:], y[200:])) > 0.9
    True
    """

    __metadata_request__fit: ClassVar = {"pairs": True, "unlabeled": True}

    def __init__(
        self,
        embedder: Any = None,
        aligner: Any = None,
        head: Any = None,
        pairs: Any = None,
        unlabeled: Any = None,
        *,
        noise: float = 1.0,
        center: bool = False,
        n_copies: int = 6,
        target_weight: float = 1.0,
        random_state: Any = None,
    ) -> None:
        self.embedder = embedder
        self.aligner = aligner
        self.head = head
        self.pairs = pairs
        self.unlabeled = unlabeled
        self.noise = noise
        self.center = center
        self.n_copies = n_copies
        self.target_weight = target_weight
        self.random_state = random_state

    # ------------------------------------------------------------------ fit

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        pairs: Any = None,
        unlabeled: Any = None,
    ) -> Self:
        """Fit the aligner on the pairs and one head per language on the labelled rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or iterable of str
            Labelled rows, in the source language or in any of the pairs.
        y : array-like of shape (n_samples,)
            Class labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each labelled row.
        pairs : ParallelCorpus, list of ParallelCorpus or tuple, default=None
            Pairs that come before those of the constructor.
        unlabeled : TextPool or list of TextPool, default=None
            Unpaired rows that come before those of the constructor.

        Returns
        -------
        self : object
            The fitted classifier.
        """
        pairs = self.pairs if pairs is None else pairs
        unlabeled = self.unlabeled if unlabeled is None else unlabeled
        refuse_nested(self.aligner, "aligner", type(self).__name__)
        with all_or_nothing(self):
            X, y, pairs, unlabeled = self._vectors(X, y, pairs, unlabeled)
            check_classification_targets(y)
            weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
            self.classes_, codes = np.unique(y, return_inverse=True)
            self._learn(X, codes, weight, pairs, unlabeled)
        return self

    def _vectors(self, X: Any, y: Any, pairs: Any, unlabeled: Any) -> tuple[Any, Any, Any, Any]:
        """All inputs as vectors."""
        if self.embedder is None:
            X, y = validate_data(
                self, as_numpy(X), y, dtype=[np.float64, np.float32], ensure_all_finite=False
            )
            return as_float_matrix(X, name="X"), y, pairs, unlabeled
        owner = type(self).__name__
        embedder = clone(self.embedder)
        X, y = as_float_matrix(embedder.fit_transform(X, y), name="X"), np.asarray(y)
        if len(X) != len(y):
            raise ValueError(f"X has {len(X)} texts and y {len(y)} labels")
        pairs = embedded_pairs(pairs, embedder, owner)
        unlabeled = embedded_pools(unlabeled, embedder, owner)
        self.embedder_ = embedder
        return X, y, pairs, unlabeled

    def _learn(
        self, X: FloatArray, codes: np.ndarray, weight: Float64Array, pairs: Any, unlabeled: Any
    ) -> None:
        """Fit aligner, passages and heads."""
        aligner = self._unfitted_aligner()
        null = isinstance(pairs, str) and pairs == "self"
        if null:  # nothing is to move: the rotation of rows onto themselves
            aligner.set_params(method="procrustes")
        blocks = None if aligner.blocks is None else BlockLayout(aligner.blocks)
        corpora = resolve_corpora(pairs, None, X, blocks=blocks, owner=type(self).__name__)
        self.aligner_ = aligner.fit(X, pairs=corpora, unlabeled=unlabeled)
        passages = {} if null else passages_of(aligner, corpora or [])
        found = aligner._codes(X, None)
        languages = [str(lang) for lang in aligner.languages_]
        self.heads_ = {
            lang: self._fit_head(X, codes, weight, found, lang, passages) for lang in languages
        }
        self.shifts_ = {}
        if self.center:
            self.shifts_ = self._shifts(X, weight, found, passages, unlabeled)

    def _unfitted_aligner(self) -> Any:
        """The aligner to fit, with our random state where it has none of its own."""
        if self.aligner is None:
            return ReverseAligner(method=KernelMap(), random_state=self.random_state)
        if not isinstance(self.aligner, LangAligner | ReverseAligner):
            name = type(self.aligner).__name__
            raise TypeError(f"aligner must be a LangAligner or ReverseAligner, got a {name}")
        aligner = clone(self.aligner)
        if aligner.random_state is None:
            aligner.set_params(random_state=self.random_state)
        return aligner

    def _fit_head(
        self,
        X: FloatArray,
        codes: np.ndarray,
        weight: Float64Array,
        found: np.ndarray,
        lang: str,
        passages: dict[tuple[str, str], Passage],
    ) -> Any:
        """The head of one language, from rows of every language as that language's."""
        source = self._source()
        parts = []
        for code in np.unique(found):
            rows = found == code
            origin = str(self.aligner_.languages_[code])
            passage = passages.get((origin, lang))
            moved = (
                self.aligner_._move(X[rows], origin)
                if passage is None
                else passage.carry(self._native(X[rows], origin))
            )
            share = 1.0 if origin in source else float(self.target_weight)
            if share > 0:
                noise = None if passage is None else passage.noise
                parts.append(Part(moved, codes[rows], share * weight[rows], noise))
        if not parts:
            raise ValueError("target_weight=0 leaves no labelled row: X has none in the source")
        if self.head is None:
            return GaussianHead().fit(parts, len(self.classes_), noise=self.noise)
        return fit_on_copies(
            clone(self.head),
            parts,
            self.classes_,
            noise=self.noise,
            n_copies=self.n_copies,
            random_state=self.random_state,
        )

    def _source(self) -> set[str]:
        """The languages whose rows count in full."""
        languages = [str(lang) for lang in self.aligner_.languages_]
        if isinstance(self.aligner_, ReverseAligner):
            return {str(self.aligner_.stays_)}
        return set(languages) - {str(self.aligner_.stays_)}

    def _native(self, X: FloatArray, lang: str) -> FloatArray:
        """Rows of one language without the columns of the others."""
        layout = self.aligner_.layout_
        return X if layout is None else X[:, layout.columns(lang)]

    def _shifts(
        self,
        X: FloatArray,
        weight: Float64Array,
        found: np.ndarray,
        passages: dict[tuple[str, str], Passage],
        unlabeled: Any,
    ) -> dict[str, Float64Array]:
        """What to add to the rows of each language so that their mean is that of the carried."""
        pools = [unlabeled] if isinstance(unlabeled, TextPool) else list(unlabeled or ())
        shifts = {}
        for origin, lang in passages:
            rows = found == list(self.aligner_.languages_).index(origin)
            pool = [p for p in pools if p.lang == lang]
            if not pool:
                raise ValueError(
                    f"center=True needs unpaired rows in {lang!r}: unlabeled=TextPool(rows, "
                    f"lang={lang!r})"
                )
            if rows.any():
                carried = passages[origin, lang].carry(self._native(X[rows], origin))
                fitted = self.aligner_.maps_.get(lang)
                seen = pool[0].rows if fitted is None else fitted.transform(pool[0].rows)
                expected = np.average(carried, axis=0, weights=weight[rows])
                shifts[lang] = expected - seen.mean(axis=0, dtype=np.float64)
        return shifts

    # ------------------------------------------------------------------ predict

    def predict_proba(self, X: Any) -> Float64Array:
        """Probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or iterable of str
            Rows in any of the languages, mixed as they come.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        check_is_fitted(self)
        if self.embedder is None:
            X = validate_data(
                self,
                as_numpy(X),
                dtype=[np.float64, np.float32],
                ensure_all_finite=False,
                reset=False,
            )
        else:
            X = self.embedder_.transform(X)
            if len(X) == 0:
                return np.empty((0, len(self.classes_)))
        X = as_float_matrix(X, name="X")
        found = self.aligner_._codes(X, None)
        proba = np.zeros((len(X), len(self.classes_)))
        for code in np.unique(found):
            rows = np.flatnonzero(found == code)
            lang = str(self.aligner_.languages_[code])
            moved = self.aligner_._move(X[rows], lang)
            if lang in self.shifts_:
                moved = moved + self.shifts_[lang]
            head = self.heads_[lang]
            # A head of one's own may have met fewer classes in the rows of one language.
            seen = getattr(head, "classes_", self.classes_)
            columns = np.searchsorted(self.classes_, seen)
            proba[np.ix_(rows, columns)] = head.predict_proba(moved)
        return proba

    def predict(self, X: Any) -> np.ndarray:
        """Most probable class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or iterable of str
            Rows in any of the languages, mixed as they come.

        Returns
        -------
        y : ndarray of shape (n_samples,)
        """
        best = self.predict_proba(X).argmax(axis=1)
        labels: np.ndarray = self.classes_[best]
        return labels

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = self.embedder is not None
        tags.input_tags.two_d_array = self.embedder is None
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "heads_")
