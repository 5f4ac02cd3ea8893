"""Labels in one language, predictions in others: the whole recipe as one classifier."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import ClassifierMixin, clone
from sklearn.metrics import accuracy_score
from sklearn.utils import assert_all_finite, column_or_1d
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    GaussianKernel,
    as_float_matrix,
    as_numpy,
)
from langalign_sk.align import (
    LangAligner,
    PairedEstimator,
    ReverseAligner,
    all_or_nothing,
    embed_rows,
    embedded,
    refuse_nested,
    text_corpora,
)
from langalign_sk.transfer._adapting import LanguageHeads
from langalign_sk.transfer._head import CarriedRows, GaussianHead, Head, NoisyCopies, unfitted_head
from langalign_sk.transfer._kernel_head import KernelHead
from langalign_sk.transfer._looks import Languages, Look
from langalign_sk.transfer._reader import reader_of_source

#: What a saved classifier is made of, besides arrays.
PARTS = (
    GaussianHead,
    GaussianKernel,
    KernelHead,
    LanguageHeads,
    Languages,
    Look,
    NoisyCopies,
)
_FLOATS = [np.float64, np.float32]


class TransferClassifier(ClassifierMixin, PairedEstimator):
    r"""Learn from labels in one language, predict in others.

    Labelled rows are taken as their translations would look. In the target language's own space a
    discriminant learns from them, in the source language's a kernel head; the two are averaged.

    Parameters
    ----------
    embedder : EmbeddingExtractor, default=None
        Turns texts into vectors; `X`, `pairs` and `unlabeled` are then texts. None: vectors. Where
        the pairs show that the target's encoder reads the source language better than the map can
        tell from the source's own encoder, it reads both (`embedder_`).
    aligner : ReverseAligner or LangAligner, default=None
        Brings the languages into one space; its own `pairs` and `unlabeled` must be None. None,
        the recipe: see Notes.
    head : GaussianHead, KernelHead, NoisyCopies or classifier, default=None
        None for those of the recipe. Another one learns in the target's own space, or behind the
        `aligner` (None there: `GaussianHead`). A classifier of your own, which must have
        `predict_proba`, gets noisy copies of each carried row (`NoisyCopies`).
    pairs : ParallelCorpus, list of ParallelCorpus, tuple or "self", default=None
        Translated sentences: vectors or, with an `embedder`, texts. "self" is the null alignment,
        on which scikit-learn's own checks run.
    unlabeled : TextPool or list of TextPool, default=None
        Unlabelled rows of the task in target languages, for `self_training`; also for aligners that
        use such rows.
    self_training : int, default=3
        Rounds in which the heads, together, say what the unlabelled rows may be and learn from it:
        where each class lies in the target language, and how frequent it is there. 0 leaves the
        rows alone.
    target_weight : float, default=0.5
        Weight of a labelled row in another language than the source, next to a source row's.
    robust : {"trim", "weight"} or None, default=None
        Drop or weigh down pairs that look wrong, as the aligners do.
    random_state : int, RandomState instance or None, default=None
        That of the aligner and the head where they have none of their own.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
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
    GaussianHead, KernelHead : The heads of the recipe.
    ReverseAligner : The same in a pipeline, for a head of any kind.

    Notes
    -----
    With ridge maps A from source to target and R back, a labelled source row x is seen twice:

    1. as A(x) in the target's space, by a `GaussianHead` that knows how real translations scatter
       about it, next to target rows t as they are;
    2. as R(A(x)) in the source's space, by a `KernelHead`, next to R(t).

    Both go wrong in ways of their own, so that the mean of their probabilities is better than
    either. Where the pairs say that both languages are in one space already, the maps are shrunk to
    the identity, and the second look is the only one.

    Unlabelled rows move the class means of 1, are further rows of 2 and, with two looks, teach a
    third, a `KernelHead` in the target's space. Class frequencies are those of the labels unless
    the predictions differ from them by more than errors explain. Where learning from the rows would
    turn round much of what the labels say of them, it is left.

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

    __metadata_request__fit: ClassVar = {"pairs": True, "unlabeled": True, "lang": True}
    __metadata_request__predict: ClassVar = {"lang": True}
    __metadata_request__predict_proba: ClassVar = {"lang": True}
    __metadata_request__score: ClassVar = {"lang": True}

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "embedder": [HasMethods(["fit_transform", "transform"]), None],
        "aligner": [LangAligner, ReverseAligner, None],
        "head": [Head, HasMethods(["fit"]), None],
        "self_training": [Interval(Integral, 0, None, closed="left")],
        "target_weight": [Interval(Real, 0, np.inf, closed="left")],
        "robust": [StrOptions({"trim", "weight"}), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        embedder: Any = None,
        aligner: Any = None,
        head: Any = None,
        pairs: Any = None,
        unlabeled: Any = None,
        *,
        self_training: int = 3,
        target_weight: float = 0.5,
        robust: str | None = None,
        random_state: Any = None,
    ) -> None:
        self.embedder = embedder
        self.aligner = aligner
        self.head = head
        self.pairs = pairs
        self.unlabeled = unlabeled
        self.self_training = self_training
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
        lang: Any = None,
    ) -> Self:
        """Fit the aligner on the pairs and one head per language on the labelled rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or iterable of str
            Labelled rows, in the source language or in any of the pairs.
        y : array-like of shape (n_samples,)
            Class labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each labelled row next to the others; their scale does not matter.
        pairs, unlabeled
            As in the constructor, whose own they replace.
        lang : str or array-like of str, default=None
            Language of all rows, or of each, where it is known; nothing is detected then.

        Returns
        -------
        self : object
            The fitted classifier.
        """
        with all_or_nothing(self) as draft:
            draft._validate_params()
            refuse_nested(self.aligner, "aligner", type(self).__name__)
            unlabeled = self.unlabeled if unlabeled is None else unlabeled
            given = draft._given_pairs(pairs)
            X, y, pairs, unlabeled, lang = draft._vectors(X, y, given, unlabeled, lang)
            check_classification_targets(y)
            weight = _check_sample_weight(
                sample_weight, X, dtype=np.float64, ensure_non_negative=True
            )
            draft.classes_, codes = np.unique(y, return_inverse=True)
            draft._learn(X, codes, _scaled(weight, X), pairs, unlabeled, lang)
        return self

    def _vectors(
        self, X: Any, y: Any, pairs: Any, unlabeled: Any, lang: Any
    ) -> tuple[Any, Any, Any, Any, Any]:
        """Return all inputs as vectors, and the language of each row where that is told by text."""
        if self.embedder is None:
            X, y = validate_data(self, as_numpy(X), y, dtype=_FLOATS, ensure_all_finite=False)
            return as_float_matrix(X, name="X"), y, pairs, unlabeled, lang
        y = column_or_1d(y, warn=True)
        assert_all_finite(y, input_name="y")
        embedder, owner = clone(self.embedder), type(self).__name__
        if pairs is not None:
            pairs = text_corpora(embedder, pairs, owner)
            if self.aligner is None:
                embedder = reader_of_source(embedder, pairs)
        gate = "hard" if self.aligner is None else self.aligner.gate
        found = embedded(embedder, X, y, pairs, unlabeled, owner, lang=lang, gate=gate)
        X = as_float_matrix(found.vectors, name="X")
        if len(X) != len(y):
            raise ValueError(f"X has {len(X)} texts and y {len(y)} labels")
        self.embedder_, self.detector_ = embedder, found.detector
        return X, y, found.corpora, found.pools, found.langs

    def _learn(
        self,
        X: FloatArray,
        codes: np.ndarray,
        weight: Float64Array,
        pairs: Any,
        unlabeled: Any,
        known: Any,
    ) -> None:
        """Fit the aligner, the heads of each language and what unlabelled rows add."""
        head = None if self.head is None else unfitted_head(self.head, self.random_state)
        # Without one, a ridge tells languages apart, and takes rows into the source language.
        aligner = ReverseAligner(method="ridge") if self.aligner is None else clone(self.aligner)
        if aligner.random_state is None:
            aligner.set_params(random_state=self.random_state)
        null = isinstance(pairs, str) and pairs == "self"
        if null:  # nothing is to move: rows onto themselves
            aligner.set_params(method="procrustes")
        elif self.robust is not None:
            aligner.set_params(robust=self.robust)
        owner = type(self).__name__
        corpora, pools = aligner._learn(X, None, pairs, unlabeled, owner=owner, lang=known)
        self.aligner_ = aligner
        self.languages_ = Languages(aligner, native=self.aligner is None)
        found = self.languages_.codes(X, known)
        self.heads_ = {}
        prior = np.bincount(codes, weights=weight, minlength=len(self.classes_)) / weight.sum()
        looks_at = self.languages_.looks([] if null or corpora is None else corpora, head)
        for lang, looks in looks_at.items():
            fitted = []
            for look in looks:
                parts = self._carried(X, codes, weight, found, lang, look)
                fitted.append(look.with_head(clone(look.head)._fit_carried(parts, self.classes_)))
            self.heads_[lang] = LanguageHeads(fitted)
            if lang in pools and lang in self.languages_.targets:
                self.heads_[lang].learn(pools[lang].rows, prior, self.self_training)
            for look in fitted:
                look.head._forget()

    def _carried(
        self,
        X: FloatArray,
        codes: np.ndarray,
        weight: Float64Array,
        found: np.ndarray,
        lang: str,
        look: Look,
    ) -> list[CarriedRows]:
        """Return the labelled rows of every language as a head of `lang` is to see them."""
        parts, languages = [], self.languages_
        for code in np.unique(found):
            here = found == code
            origin = languages.names[code]
            share = 1.0 if origin in languages.sources else float(self.target_weight)
            if share > 0:
                rows = languages.own_columns(X[here], origin)
                # Each once: products of equal rows may differ in their last bits.
                rows, back = np.unique(rows, axis=0, return_inverse=True)
                carried, noise = languages.carry(rows, origin, lang, look)
                carried, own = carried[back.ravel()], weight[here]
                parts.append(CarriedRows(carried, codes[here], share * own, own.sum(), noise))
        if not parts:
            raise ValueError("target_weight=0 leaves no labelled row: X has none in the source")
        return parts

    # ------------------------------------------------------------------ predict

    def predict_proba(self, X: Any, *, lang: Any = None) -> Float64Array:
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or iterable of str
            Rows in any of the languages, mixed as they come.
        lang : str or array-like of str, default=None
            Language of all rows, or of each, where it is known; nothing is detected then.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        X, lang = self._check_rows(X, lang)
        languages = self.languages_
        found = languages.codes(X, lang)
        proba = np.zeros((len(X), len(self.classes_)))
        for code in np.unique(found):
            rows = np.flatnonzero(found == code)
            name = languages.names[code]
            own = languages.own_columns(X[rows], name)
            proba[rows] = self.heads_[name].predict_proba(own)
        return proba

    def _check_rows(self, X: Any, lang: Any = None) -> tuple[FloatArray, Any]:
        """Return rows to predict, as vectors, and the language of each where that is known."""
        check_is_fitted(self)
        if self.embedder is None:
            X = validate_data(
                self, as_numpy(X), dtype=_FLOATS, ensure_all_finite=False, reset=False
            )
        else:
            X, lang = embed_rows(self.embedder_, X, lang, self.detector_)
            if len(X) == 0:
                return np.empty((0, self.aligner_.n_features_in_)), None
        return as_float_matrix(X, name="X"), lang

    def predict(self, X: Any, *, lang: Any = None) -> np.ndarray:
        """Return the most probable class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or iterable of str
            As for :meth:`predict_proba`.
        lang : str or array-like of str, default=None
            Language of all rows, or of each, where it is known; nothing is detected then.

        Returns
        -------
        y : ndarray of shape (n_samples,)
        """
        best = self.predict_proba(X, lang=lang).argmax(axis=1)
        labels: np.ndarray = self.classes_[best]
        return labels

    def score(self, X: Any, y: Any, sample_weight: Any = None, *, lang: Any = None) -> float:
        """Return the accuracy.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or iterable of str
            As for :meth:`predict_proba`.
        y : array-like of shape (n_samples,)
            True classes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.
        lang : str or array-like of str, default=None
            Language of all rows, or of each, where it is known; nothing is detected then.

        Returns
        -------
        score : float
        """
        return float(accuracy_score(y, self.predict(X, lang=lang), sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        texts = self.embedder is not None
        tags.input_tags.string, tags.input_tags.two_d_array = texts, not texts
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "heads_")


def _scaled(weight: Float64Array, X: FloatArray) -> Float64Array:
    """Return weights that sum to the number of different rows that weigh something.

    So neither the scale of weights matters, nor whether a row stands twice or weighs double.
    """
    if not weight.any():  # older versions of scikit-learn let it through
        raise ValueError("sample_weight must have at least one non-zero value")
    n = len({hash(X[i].tobytes()) for i in np.flatnonzero(weight)})
    weight = weight / weight.max()
    return weight * (n / float(weight.sum()))
