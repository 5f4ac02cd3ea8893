"""Any scikit-learn regressor as a map."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import has_fit_parameter

from langalign_sk._numeric import FloatArray
from langalign_sk.maps._base import BaseMap, Weights


class RegressorMap(BaseMap):
    """Predict target rows from source rows by a scikit-learn regressor.

    For anything scikit-learn and its kin can regress: nearest neighbours, random forests, networks,
    a pipeline, a search over one. Reads the pairs row by row.

    Parameters
    ----------
    regressor : estimator
        A regressor that predicts several columns. It is cloned. Regressors of a single column
        (gradient boosting, support vectors) must be wrapped by
        `sklearn.multioutput.MultiOutputRegressor`.

    Attributes
    ----------
    regressor_ : estimator
        The fitted regressor.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    RidgeMap : Penalised least squares from moments, faster than a regressor.

    Notes
    -----
    Fits ``regressor.fit(S, T)`` and maps rows by ``regressor.predict(X)``; objective and cost are
    the regressor's. `sample_weight` is passed on; where the regressor's
    ``fit`` has no such parameter, weights of 0 and 1 select rows and others are an error.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.neighbors import KNeighborsRegressor
    >>> from langalign_sk.maps import RegressorMap
    >>> S = np.arange(6.0).reshape(6, 1)
    >>> T = np.hstack([S, -S])
    >>> RegressorMap(KNeighborsRegressor(n_neighbors=1)).fit(S, T).transform([[3.1]])
    array([[ 3., -3.]])
    """

    uses_unlabeled = False

    def __init__(self, regressor: Any) -> None:
        self.regressor = regressor

    def _pairs_needed(self, d_source: int, d_target: int) -> int:
        return 0  # as few as the regressor likes

    def _fit(self, S: FloatArray, T: FloatArray, weights: Weights, *unlabeled: Any) -> None:
        name = type(self.regressor).__name__
        if weights is not None and not has_fit_parameter(self.regressor, "sample_weight"):
            if not np.isin(weights, (0.0, 1.0)).all():
                raise ValueError(f"sample_weight was given, but {name}.fit does not take it")
            S, T, weights = S[weights > 0], T[weights > 0], None  # what 0 and 1 mean
        keywords = {} if weights is None else {"sample_weight": weights}
        # One column goes in flat: some regressors take no other shape.
        target = T[:, 0] if T.shape[1] == 1 else T
        try:
            regressor = clone(self.regressor).fit(S, target, **keywords)
            width = np.asarray(regressor.predict(S[:1])).size
        except ValueError as error:
            if T.shape[1] == 1 or _says_several_columns(self.regressor):
                raise
            # Tags alone cannot refuse: those of networks and of searches deny what they can do.
            raise ValueError(
                f"{name} could not be fitted to {T.shape[1]} target columns; if it predicts a "
                f"single column, wrap it: sklearn.multioutput.MultiOutputRegressor({name}(...)). "
                f"It said: {str(error).strip().splitlines()[0]}"
            ) from error
        if width != T.shape[1]:
            raise ValueError(
                f"{name} predicts {width} columns where the target rows have {T.shape[1]}"
            )
        self.regressor_ = regressor

    def _transform(self, X: FloatArray) -> FloatArray:
        predicted = np.asarray(self.regressor_.predict(X), dtype=X.dtype)
        return predicted.reshape(X.shape[0], self.n_features_out_)


def _says_several_columns(regressor: Any) -> bool:
    """Tell whether the regressor's tags claim that it predicts several columns."""
    if not hasattr(regressor, "__sklearn_tags__"):
        return False
    return bool(regressor.__sklearn_tags__().target_tags.multi_output)
