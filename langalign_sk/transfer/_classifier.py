"""Labels in one language, predictions in others: the whole recipe as one classifier."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk.transfer._adapting import LanguageHeads
from langalign_sk.transfer._base import TransferEstimator
from langalign_sk.transfer._left_out import LeftOut
from langalign_sk.transfer._reject import at_home, least_at_home, name_of_none, with_none
from langalign_sk.transfer._targets import Classes, Labels, Targets


class TransferClassifier(ClassifierMixin, TransferEstimator):
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
    reject : float, default=None
        Rows that belong to no class: `predict` gives those least at home (`score_samples`) the
        `reject_label`. So many of the rows that do belong to a class may be among them, as labelled
        rows tell that were left out: with 0.05, 95% are kept. None rejects nothing.
    reject_label : int, float or str, default=None
        None: -1 where classes are numbers, "none" where they are texts.
    target_weight : float or "hard", default=0.5
        Weight of a labelled row in another language than the source, next to a source row's.
        "hard": the rows were chosen for their labels, as `suggest_labels` does. They tell where a
        class ends, not where its middle is: each weighs 1, but 0.1 in a `GaussianHead`.
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
    classes_ : ndarray of shape (n_classes,)
        Numbers of the columns of `y` where a row may have several labels.
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
    those of the rows differ from them by more than errors explain; what the heads say of labelled
    rows left out tells which classes they name too often. Where learning from the rows would turn
    round much of what the labels say of them, it is left.

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
        **TransferEstimator._parameter_constraints,
        "self_training": [Interval(Integral, 0, None, closed="left")],
        "reject": [Interval(Real, 0, 1, closed="neither"), None],
        "target_weight": [
            *TransferEstimator._parameter_constraints["target_weight"],
            StrOptions({"hard"}),
        ],
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
        reject: float | None = None,
        reject_label: Any = None,
        target_weight: float | str = 0.5,
        robust: str | None = None,
        features: Any = None,
        random_state: Any = None,
    ) -> None:
        self.embedder = embedder
        self.aligner = aligner
        self.head = head
        self.pairs = pairs
        self.unlabeled = unlabeled
        self.self_training = self_training
        self.reject = reject
        self.reject_label = reject_label
        self.target_weight = target_weight
        self.robust = robust
        self.features = features
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
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Class labels or, where a row may have several, zeros and ones, a column for each label.
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
        unlabeled = self.unlabeled if unlabeled is None else unlabeled
        return self._fit(X, _no_names(y), sample_weight, pairs, unlabeled, lang)

    def _take_targets(self, y: np.ndarray) -> tuple[Targets, Float64Array]:
        """Return classes, or labels where each row has a row of zeros and ones."""
        if y.ndim == 2 and y.shape[1] > 1:
            if self.reject is not None:
                raise ValueError(
                    "reject= is for rows of one class each; of several labels a row may have none"
                )
            self.classes_ = np.arange(y.shape[1])
            return Labels(y.shape[1]), _indicators(y)
        y = column_or_1d(y, warn=True)
        _check_classes(y)
        self.classes_ = np.unique(y)
        if self.reject is not None:
            self._none = name_of_none(self.reject_label, self.classes_)
        targets = Classes(self.classes_)
        return targets, targets.columns(y)

    def _adapt(
        self,
        heads: LanguageHeads,
        rows: FloatArray,
        prior: Float64Array,
        unseen: Callable[[], LeftOut],
    ) -> None:
        if isinstance(self._targets, Classes) and self.self_training:
            heads.learn(rows, self._targets, prior, self.self_training, unseen())

    def _said(self, heads: LanguageHeads, rows: FloatArray) -> Float64Array:
        said = heads.say(rows)
        if isinstance(self._targets, Labels):
            return self._targets.moved(said, heads.middle)
        return said

    def _calibrate(self, heads: LanguageHeads, unseen: Callable[[], LeftOut]) -> None:
        if isinstance(self._targets, Labels):
            heads.middle = self._targets.middle(*unseen())
        elif self.reject is not None:
            found = unseen()
            heads.least = least_at_home(found.said, found.weight, self.reject)

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
            Columns in the order of `classes_`; those of several labels do not sum to one, and even
            odds are where each is told as often as it is true.
        """
        return self._say(X, lang)

    def predict(self, X: Any, *, lang: Any = None) -> np.ndarray:
        """Return the most probable class; with `reject`, its label where there may be none.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or iterable of str
            As for :meth:`predict_proba`.
        lang : str or array-like of str, default=None
            Language of all rows, or of each, where it is known; nothing is detected then.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            Zeros and ones where a row may have several labels.
        """
        proba, least = self._ask(X, lang)
        if isinstance(self._targets, Labels):
            return (proba > 0.5).astype(np.intp)
        labels: np.ndarray = self.classes_[proba.argmax(axis=1)]
        if self.reject is None:
            return labels
        return with_none(labels, at_home(proba) < least, self._none)

    def score_samples(self, X: Any, *, lang: Any = None) -> Float64Array:
        """Return how much at home each row is among the classes; rows of none have little of it.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or iterable of str
            As for :meth:`predict_proba`.
        lang : str or array-like of str, default=None
            Language of all rows, or of each, where it is known; nothing is detected then.

        Returns
        -------
        scores : ndarray of shape (n_samples,)
            Minus the entropy of the class probabilities, at most 0.
        """
        if self._is_of_labels():
            raise ValueError("score_samples is for rows of one class each, not of several labels")
        return at_home(self._say(X, lang))

    def _is_of_labels(self) -> bool:
        check_is_fitted(self)
        return isinstance(self._targets, Labels)

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
        tags.classifier_tags.multi_label = self.reject is None
        return tags


def _no_names(y: Any) -> Any:
    """Refuse rows of names, before they are taken for a table."""
    column = getattr(y, "ndim", 0) == 2 and y.shape[1] == 1
    rows = y if isinstance(y, list | tuple) else []
    if _holds_objects(y) and not column:
        rows = y.tolist()
    several = [row for row in rows if isinstance(row, list | tuple | set | frozenset)]
    if any(isinstance(name, str) for row in several for name in row) or (
        several and len({len(row) for row in several}) > 1
    ):
        raise ValueError(
            "y has several labels a row, by name: give zeros and ones, a column for each label, "
            "such as sklearn.preprocessing.MultiLabelBinarizer().fit_transform(y)"
        )
    return y


def _check_classes(y: np.ndarray) -> None:
    """Refuse real values."""
    try:
        check_classification_targets(y)
    except ValueError as error:
        raise ValueError(
            f"{error} For real values, such as ratings, there is TransferRegressor"
        ) from None


def _holds_objects(y: Any) -> bool:
    return isinstance(y, np.ndarray) and y.dtype.kind in "OUS"


def _indicators(y: np.ndarray) -> Float64Array:
    """Return a table of zeros and ones, and nothing else."""
    wrong = ~np.isin(y, [0, 1])
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ValueError(
            f"y has several columns, and then each is a label that a row has (1) or not (0), but "
            f"row {row}, column {column} is {y[row, column]!r}; for real values there is "
            "TransferRegressor"
        )
    return y.astype(np.float64)
