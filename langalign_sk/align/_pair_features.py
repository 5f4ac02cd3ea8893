"""The vectors of two texts, combined into columns that a head can use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from langalign_sk._numeric import FloatArray, as_float_matrix, as_numpy
from langalign_sk._stamp import VersionStamped

#: Columns that know no order of the two.
SYMMETRIC = ("u+v", "|u-v|", "u*v")
_KNOWN = ("u", "v", "u+v", "u-v", "|u-v|", "u*v", "cos")


class PairFeatures(TransformerMixin, VersionStamped, BaseEstimator):
    """Combine the vectors of two texts, ``[u | v]``, into columns for a head.

    A linear head on ``[u | v]`` alone cannot tell whether two texts agree: that shows in how they
    differ, ``|u-v|``, and in what they share, ``u*v``.

    Parameters
    ----------
    features : sequence of str, "symmetric" or None, default=("u", "v", "|u-v|", "u*v")
        Which columns, in their order: "u" and "v" as they are, "u+v", "u-v", "|u-v|" and "u*v" by
        element, "cos" their cosine, a single column. "symmetric" is ("u+v", "|u-v|", "u*v"), for
        tasks in which the two change places freely: duplicates, paraphrases, similarity. None
        leaves rows as they are, of any width: one choice of a grid among others.
    normalize : bool, default=True
        Scale both vectors to unit length first. A map shrinks what it is unsure of, so that two
        moved vectors differ less than two that stay.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns seen during fit.

    See Also
    --------
    EmbeddingExtractor : Gives ``[u | v]`` for rows of two texts.
    LangAligner, ReverseAligner : With ``n_texts=2`` they move each of the two.

    Notes
    -----
    Nothing is learned in ``fit``. float32 stays float32. The cosine with a zero vector is 0.

    References
    ----------
    Conneau et al. (2017), Supervised Learning of Universal Sentence Representations.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk import PairFeatures
    >>> X = np.array([[0.6, 0.8, 3.0, 4.0], [1.0, 0.0, 0.0, 1.0]])
    >>> PairFeatures("symmetric").fit_transform(X)
    array([[1.2 , 1.6 , 0.  , 0.  , 0.36, 0.64],
           [1.  , 1.  , 1.  , 1.  , 0.  , 0.  ]])
    >>> PairFeatures(["|u-v|", "cos"]).fit(X).get_feature_names_out().tolist()
    ['|u-v|0', '|u-v|1', 'cos']
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {"normalize": ["boolean"]}

    def __init__(
        self,
        features: Sequence[str] | str | None = ("u", "v", "|u-v|", "u*v"),
        *,
        normalize: bool = True,
    ) -> None:
        self.features = features
        self.normalize = normalize

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the features and the number of columns.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * width)
            The vectors of two texts, side by side.
        y : ignored
            Accepted for pipelines.

        Returns
        -------
        self
        """
        self._validate_params()
        self._names()
        self._halves(X, reset=True)
        return self

    def transform(self, X: Any) -> FloatArray:
        """Combine the two vectors of each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, 2 * width)
            The vectors of two texts, side by side.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features_out)
            float32 or float64 as `X`.
        """
        check_is_fitted(self)
        names, (X, u, v) = self._names(), self._halves(X, reset=False)
        if names is None:
            same: FloatArray = X.copy()
            return same
        if self.normalize:
            u, v = _unit(u), _unit(v)
        made: FloatArray = np.hstack([_column(name, u, v) for name in names])
        return made

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Name the columns: ``u0``, ``u1`` ... ``|u-v|0`` ..., and ``cos``.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns of `X`; they show where `features` is None.

        Returns
        -------
        names : ndarray of str
        """
        check_is_fitted(self)
        given, names = _check_feature_names_in(self, input_features), self._names()
        if names is None:
            return np.asarray(given, dtype=object)
        width = self.n_features_in_ // 2
        columns = [
            name if name == "cos" else f"{name}{column}"
            for name in names
            for column in range(1 if name == "cos" else width)
        ]
        return np.array(columns, dtype=object)

    def _names(self) -> tuple[str, ...] | None:
        """Return the features asked for, checked."""
        if self.features is None:
            return None
        if self.features == "symmetric":
            return SYMMETRIC
        one = isinstance(self.features, str)
        names = (self.features,) if one else tuple(self.features)
        unknown = [name for name in names if name not in _KNOWN]
        if unknown or not names:
            what = f"no {unknown[0]!r}" if unknown else "none at all"
            raise ValueError(
                f"features={self.features!r}: there is {what}; choose some of "
                f'{", ".join(_KNOWN)}, or "symmetric", or None for rows as they are'
            )
        return names  # type: ignore[return-value]

    def _halves(self, X: Any, *, reset: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return rows, and the vectors of the first and of the second text."""
        dtypes = [np.float64, np.float32]
        X = validate_data(self, as_numpy(X), dtype=dtypes, ensure_all_finite=False, reset=reset)
        X = as_float_matrix(X, name="X")
        width, odd = divmod(X.shape[1], 2)
        if odd and self.features is not None:
            raise ValueError(
                f"X has {X.shape[1]} columns, an odd number: a row holds the vectors of two texts "
                "side by side, [u | v], as EmbeddingExtractor gives them for rows of two texts"
            )
        return X, X[:, :width], X[:, width:]

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _column(name: str, u: FloatArray, v: FloatArray) -> FloatArray:
    """Return the columns of one feature."""
    if name == "cos":
        return _cosine(u, v)
    if name in ("u", "v"):
        return u if name == "u" else v
    if name == "u*v":
        return u * v
    if name == "u+v":
        return u + v
    return np.abs(u - v) if name == "|u-v|" else u - v


def _unit(rows: FloatArray) -> FloatArray:
    """Return rows of unit length; a zero row stays one."""
    norms = np.sqrt(_dot(rows, rows))
    unit: FloatArray = (rows / np.where(norms > 0, norms, 1.0)[:, None]).astype(rows.dtype)
    return unit


def _cosine(u: FloatArray, v: FloatArray) -> FloatArray:
    """Return the cosine of each two rows as a column, 0 where one of them is zero."""
    norms = np.sqrt(_dot(u, u)) * np.sqrt(_dot(v, v))
    cosines = _dot(u, v) / np.where(norms > 0, norms, 1.0)
    return cosines[:, None].astype(u.dtype)


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the product of each two rows."""
    found: FloatArray = np.einsum("ij,ij->i", a, b, dtype=np.float64)
    return found
