"""Rows of one length, as most encoders give them."""

from __future__ import annotations

from typing import Any

from langalign_sk._numeric import FloatArray, row_lengths
from langalign_sk.maps._base import BaseMap


class UnitLengthMap(BaseMap):
    """Divide each row by its length: the last step into a space whose rows all have length 1.

    What a map predicts is shorter than what it predicts it for. An index that compares by inner
    product, or by Euclidean distance, would take that for a difference in meaning.

    Attributes
    ----------
    n_features_in_, n_features_out_ : int

    See Also
    --------
    NormalizedMap : Normalises both sides before the map, and gives rows their usual length.
    sklearn.preprocessing.Normalizer : The same step in a pipeline.

    Notes
    -----
    Fitted on rows of one space, on either side. Rows of zeros stay what they are.

    Examples
    --------
    >>> from langalign_sk.maps import UnitLengthMap
    >>> UnitLengthMap().fit([[3.0, 4.0]], [[3.0, 4.0]]).transform([[6.0, 8.0]])
    array([[0.6, 0.8]])
    """

    uses_unlabeled = False

    def _fit(self, S: FloatArray, T: FloatArray, weights: Any, *unlabeled: Any) -> None:
        if self.n_features_in_ != self.n_features_out_:
            raise ValueError(
                f"UnitLengthMap leads from a space to itself; the two sides have "
                f"{self.n_features_in_} and {self.n_features_out_} columns"
            )

    def _pairs_needed(self, d_source: int, d_target: int) -> int:
        return 0

    def _transform(self, X: FloatArray) -> FloatArray:
        lengths = row_lengths(X)[:, None]
        lengths[lengths == 0] = 1
        unit: FloatArray = (X / lengths).astype(X.dtype, copy=False)
        return unit
