"""Labels in one language, predictions in others: the whole recipe as one classifier."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from langalign_sk._numeric import Float64Array, FloatArray, as_float_matrix, as_numpy
from langalign_sk.align import (
    LeavesPairsBehind,
    all_or_nothing,
    embedded_pairs,
    embedded_pools,
    refuse_nested,
    resolve_corpora,
    resolve_pools,
)
from langalign_sk.text import BlockLayout
from langalign_sk.transfer._adapting import Adaptation
from langalign_sk.transfer._head import GaussianHead, Part, fit_on_copies, proba_of_all
from langalign_sk.transfer._lift import Lift
from langalign_sk.transfer._passage import Passage
from langalign_sk.transfer._ways import Ways, judged_corpus, unfitted_aligner

#: What a saved classifier is made of, besides arrays.
PARTS = (Adaptation, GaussianHead, Lift, Passage, Ways)
_FLOATS = [np.float64, np.float32]


class TransferClassifier(LeavesPairsBehind, ClassifierMixin, BaseEstimator):
    r"""Learn from labels in one language, predict in others.

    An aligner brings both languages into one space; there the classifier learns from labelled
    rows as their translations would look, scattered as real translations scatter.

    Parameters
    ----------
    embedder : EmbeddingExtractor, default=None
        Turns texts into vectors; `X`, `pairs` and `unlabeled` are then texts. None: vectors.
    aligner : ReverseAligner or LangAligner, default=None
        Brings the languages into one space; its own `pairs` and `unlabeled` must be None. None,
        the best of what was measured: every language keeps its own space, source rows are
        carried into it, and `aligner_` only takes labelled target rows to other languages.
    head : classifier, default=None
        None for a discriminant that takes the scatter of translations as a covariance, in closed
        form. Any other classifier gets `n_copies` noisy copies of each carried row instead.
    pairs : ParallelCorpus, list of ParallelCorpus, tuple or "self", default=None
        Translated sentences: vectors or, with an `embedder`, texts. "self" is the null alignment,
        on which scikit-learn's own checks run.
    unlabeled : TextPool or list of TextPool, default=None
        Unlabelled rows of the task in target languages, for `match_classes` and
        `self_training`; also for aligners that use such rows.
    noise : float, default=1.0
        Weight of the scatter of translations about the carried rows; 0 leaves it out.
    n_landmarks : int, default=1200
        Without an `aligner`: pairs whose target sides serve as landmarks of a Gaussian kernel,
        next to the linear features; 0 for linear features alone.
    match_classes : bool, default=True
        Take the classes to be as frequent in `unlabeled` as among the labelled rows, and move
        target rows and probabilities so that they are. Turn it off where that is not so.
    self_training : int, default=2
        Rounds in which a student in the target language's own space learns from the half of
        `unlabeled` that is predicted most surely; its probabilities are averaged with the head's.
        With `match_classes`, also rounds in which few pairs get help from mined ones.
    n_copies : int, default=6
        Copies of each carried row for a `head` of your own.
    target_weight : float, default=0.5
        Weight of a labelled row in another language than the source, next to a source row's.
    robust : {"trim", "weight"} or None, default=None
        Drop or weigh down pairs that look wrong, as the aligners do.
    random_state : int, RandomState instance or None, default=None
        Draws the landmarks and the noise of the copies. With an int, all folds of a
        cross-validation share what hangs on the pairs alone.

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
        n_landmarks: int = 1200,
        match_classes: bool = True,
        self_training: int = 2,
        n_copies: int = 6,
        target_weight: float = 0.5,
        robust: str | None = None,
        random_state: Any = None,
    ) -> None:
        self.embedder = embedder
        self.aligner = aligner
        self.head = head
        self.pairs = pairs
        self.unlabeled = unlabeled
        self.noise = noise
        self.n_landmarks = n_landmarks
        self.match_classes = match_classes
        self.self_training = self_training
        self.n_copies = n_copies
        self.target_weight = target_weight
        self.robust = robust
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
            X, y = validate_data(self, as_numpy(X), y, dtype=_FLOATS, ensure_all_finite=False)
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
        """Fit aligner, ways, heads and what unlabelled rows add."""
        owner = type(self).__name__
        aligner = unfitted_aligner(self.aligner, self.random_state)
        null = isinstance(pairs, str) and pairs == "self"
        if null:  # nothing is to move: the rotation of rows onto themselves
            aligner.set_params(method="procrustes")
        blocks = None if aligner.blocks is None else BlockLayout(aligner.blocks)
        corpora = resolve_corpora(pairs, None, X, blocks=blocks, owner=owner)
        if corpora is not None and not null:
            corpora = [judged_corpus(corpus, self.robust) for corpus in corpora]
        pools = resolve_pools(unlabeled, owner)
        ways = Ways(aligner.fit(X, pairs=corpora, unlabeled=unlabeled))
        if not null:
            ways.fit(
                corpora or [],
                native=self.aligner is None,
                n_landmarks=self.n_landmarks,
                random_state=self.random_state,
            )
        self.aligner_, self.ways_ = ways.aligner, ways
        found = ways.codes(X)
        if self.match_classes:  # rows of other classes would be mistaken for translations
            for lang, pool in pools.items():
                counted = weight > 0
                ways.mine(X[counted], found[counted], lang, pool.rows, self.self_training)
        self.heads_ = {
            lang: self._fit_head(self._parts(X, codes, weight, found, lang))
            for lang in ways.languages
        }
        prior = np.bincount(codes, weights=weight, minlength=len(self.classes_)) / weight.sum()
        self.shifts_: dict[str, Float64Array] = {}
        self.adaptations_: dict[str, Adaptation] = {}
        for lang, pool in pools.items():
            if lang in ways.targets:
                self._adapt(lang, pool.rows, self._parts(X, codes, weight, found, lang), prior)
        ways.forget_noise()  # large, and of no use once the heads are fitted

    def _parts(
        self,
        X: FloatArray,
        codes: np.ndarray,
        weight: Float64Array,
        found: np.ndarray,
        lang: str,
    ) -> list[Part]:
        """The labelled rows of every language as rows of `lang`."""
        parts = []
        for code in np.unique(found):
            rows = found == code
            origin = self.ways_.languages[code]
            share = 1.0 if origin in self.ways_.sources else float(self.target_weight)
            if share > 0:
                carried, noise = self.ways_.carry(X[rows], origin, lang)
                parts.append(Part(carried, codes[rows], share * weight[rows], noise))
        if not parts:
            raise ValueError("target_weight=0 leaves no labelled row: X has none in the source")
        return parts

    def _fit_head(self, parts: list[Part]) -> Any:
        """The head of one language."""
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

    def _adapt(self, lang: str, rows: FloatArray, parts: list[Part], prior: Float64Array) -> None:
        """Learn what the unlabelled `rows` of one language say."""
        arrived = self.ways_.arrive_native(rows, lang)
        if self.match_classes:
            total = sum(part.weight.sum() for part in parts)
            expected = sum(part.weight @ part.rows for part in parts) / total
            self.shifts_[lang] = expected - arrived.mean(axis=0, dtype=np.float64)
        proba = self._head_proba(arrived, lang)
        # The head knows the language from the pairs, the student from these rows.
        trust = min(0.5, len(rows) / (len(rows) + self.aligner_.n_pairs_))
        self.adaptations_[lang] = Adaptation(len(self.classes_), trust).fit(
            proba, rows, prior if self.match_classes else None, self.self_training
        )

    def _head_proba(self, arrived: FloatArray, lang: str) -> Float64Array:
        """What the head of one language says of rows that have arrived in its space."""
        if lang in self.shifts_:
            arrived = arrived + self.shifts_[lang]
        return proba_of_all(self.heads_[lang], arrived, self.classes_)

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
        X = self._check_rows(X)
        found = self.ways_.codes(X)
        proba = np.zeros((len(X), len(self.classes_)))
        for code in np.unique(found):
            rows = np.flatnonzero(found == code)
            lang = self.ways_.languages[code]
            native = self.ways_.native(X[rows], lang)
            said = self._head_proba(self.ways_.arrive_native(native, lang), lang)
            if lang in self.adaptations_:
                said = self.adaptations_[lang](said, native)
            proba[rows] = said
        return proba

    def _check_rows(self, X: Any) -> FloatArray:
        """Rows to predict, as vectors."""
        check_is_fitted(self)
        if self.embedder is None:
            X = validate_data(
                self, as_numpy(X), dtype=_FLOATS, ensure_all_finite=False, reset=False
            )
        else:
            X = self.embedder_.transform(X)
            if len(X) == 0:
                return np.empty((0, self.aligner_.n_features_in_))
        return as_float_matrix(X, name="X")

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

    def predict_carried(self, X: Any, lang: str) -> np.ndarray:
        """Class by the head of `lang` of rows carried to it as the labelled rows were.

        Where real translations get another class, this one head does not survive the way.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or iterable of str
            Rows in any of the languages.
        lang : str
            The language whose head is asked.

        Returns
        -------
        y : ndarray of shape (n_samples,)
        """
        X = self._check_rows(X)
        if lang not in self.heads_:
            raise ValueError(f"no head for {lang!r}; there are {sorted(self.heads_)}")
        found, best = self.ways_.codes(X), np.zeros(len(X), dtype=np.intp)
        for code in np.unique(found):
            carried, _ = self.ways_.carry(X[found == code], self.ways_.languages[code], lang)
            best[found == code] = proba_of_all(self.heads_[lang], carried, self.classes_).argmax(
                axis=1
            )
        labels: np.ndarray = self.classes_[best]
        return labels

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = self.embedder is not None
        tags.input_tags.two_d_array = self.embedder is None
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "heads_")
