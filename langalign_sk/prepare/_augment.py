"""A model that is trained on changed copies of its texts too."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state, get_tags
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_consistent_length, check_is_fitted, has_fit_parameter

from langalign_sk._io import as_text_rows
from langalign_sk._stamp import VersionStamped


def _has(method: str) -> Any:
    """Tell whether the model has a method."""
    return lambda self: hasattr(getattr(self, "model_", self.model), method)


def _weights_of(model: Any) -> list[str]:
    """Return the name under which the model's `fit` takes weights of rows, if it does."""
    if not isinstance(model, Pipeline):
        return ["sample_weight"] if has_fit_parameter(model, "sample_weight") else []
    if get_config()["enable_metadata_routing"]:
        return sorted(model.get_metadata_routing().consumes("fit", ["sample_weight"]))
    name, last = model.steps[-1]
    return [f"{name}__{weights}" for weights in _weights_of(last)]


class Augmented(MetaEstimatorMixin, VersionStamped, BaseEstimator):
    """Fit a model on its texts and on copies of them that a step has changed.

    The copies are made in ``fit``, so that in every fold only training texts have some, and texts
    to be predicted are never changed. A text and its copies weigh together what the text did: else
    a head would be penalised less for having copies. A model whose ``fit`` takes no
    ``sample_weight``, as that of a pipeline whose last step takes none, counts them in full.

    Parameters
    ----------
    model : estimator
        Takes texts: a pipeline that begins with an `EmbeddingExtractor`, a `TransferClassifier`.
    step : transformer
        Changes texts: a `CodeSwitcher`, a `TextPerturber`.
    n_copies : int, default=1
        Copies of each text. Each has draws of its own, where the step draws.
    keep : bool, default=True
        Whether the texts themselves are trained on as well; if not, the copies stand for them.
    random_state : int, RandomState instance or None, default=None
        Of the seeds of the copies, for a step that draws.

    Attributes
    ----------
    model_ : estimator
        The fitted model.
    classes_ : ndarray
        Classes of the model, where it has any.

    See Also
    --------
    langalign_sk.selection.stress_gap : What the copies are worth.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from langalign_sk import NgramEncoder
    >>> from langalign_sk.prepare import Augmented, CodeSwitcher
    >>> texts, labels = ["cancel my order", "where is my parcel"], ["order", "parcel"]
    >>> pipe = make_pipeline(NgramEncoder(2).fit([*texts, "주문 택배"]), LogisticRegression())
    >>> model = Augmented(pipe, CodeSwitcher({"order": "주문", "parcel": "택배"}, rate=1.0))
    >>> model.fit(texts, labels).predict(["주문", "택배"]).tolist()
    ['order', 'parcel']
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "model": [HasMethods("fit")],
        "step": [HasMethods(["fit", "transform"])],
        "n_copies": [Interval(Integral, 1, None, closed="left")],
        "keep": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        model: Any,
        step: Any,
        *,
        n_copies: int = 1,
        keep: bool = True,
        random_state: Any = None,
    ) -> None:
        self.model = model
        self.step = step
        self.n_copies = n_copies
        self.keep = keep
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Fit the model on the texts and their copies.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array or series
            Texts.
        y : array-like of shape (n_texts, ...)
            What they are labelled with; a copy has the label of its text.

        Returns
        -------
        self
        """
        self._validate_params()
        rows, y = as_text_rows(X, missing="keep"), np.asarray(y)
        check_consistent_length(rows, y)
        if not rows:
            raise ValueError("X is empty: at least one text is needed to fit")
        seeds, every = check_random_state(self.random_state), list(rows) if self.keep else []
        for _ in range(self.n_copies):
            step = clone(self.step)
            if "random_state" in step.get_params():
                step.set_params(random_state=seeds.randint(2**31 - 1))
            copies = step.fit(rows).transform(rows)
            every += as_text_rows(copies, missing="keep")
        times = self.n_copies + self.keep
        model = clone(self.model)
        shares = {name: np.full(len(every), 1 / times) for name in _weights_of(model) if times > 1}
        self.model_ = model.fit(every, np.concatenate([y] * times), **shares)
        return self

    @property
    def classes_(self) -> Any:
        """Classes of the fitted model."""
        return self.model_.classes_

    @available_if(_has("predict"))
    def predict(self, X: Any) -> Any:
        """Predict with the fitted model.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array or series
            Texts, which are not changed.

        Returns
        -------
        ndarray
        """
        check_is_fitted(self)
        return self.model_.predict(X)

    @available_if(_has("predict_proba"))
    def predict_proba(self, X: Any) -> Any:
        """Return the probability of each class.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array or series
            Texts.

        Returns
        -------
        ndarray of shape (n_texts, n_classes)
        """
        check_is_fitted(self)
        return self.model_.predict_proba(X)

    @available_if(_has("decision_function"))
    def decision_function(self, X: Any) -> Any:
        """Return the decision function of the fitted model.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array or series
            Texts.

        Returns
        -------
        ndarray
        """
        check_is_fitted(self)
        return self.model_.decision_function(X)

    @available_if(_has("score"))
    def score(self, X: Any, y: Any) -> float:
        """Return the score of the fitted model.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array or series
            Texts.
        y : array-like
            Labels.

        Returns
        -------
        float
        """
        check_is_fitted(self)
        return float(self.model_.score(X, y))

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:
        tags, own = super().__sklearn_tags__(), get_tags(self.model)
        tags.estimator_type = own.estimator_type
        tags.classifier_tags = own.classifier_tags
        tags.regressor_tags = own.regressor_tags
        tags.target_tags = own.target_tags
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags
