"""Turning the main directions of one language onto those of the other, and exactly back."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from langalign_sk._numeric import Float64Array, Moments, eigh_of
from langalign_sk.maps._parameters import COUNT, FINITE, Constraints
from langalign_sk.maps._shift import ShiftMap


class SubspaceShiftMap(ShiftMap, name="subspace_shift"):
    r"""Shift source rows into the subspace of the target language; needs no pairs.

    Each language is taken for an affine subspace: its mean and its first principal components.
    The source's subspace is turned onto the target's by the smallest rotation that does it, and
    its mean moved onto the target's. Being a rotation it loses nothing: `inverse_transform` is
    exact.

    Parameters
    ----------
    n_components : int, default=32
        Dimensions of the subspaces; at most the rank of either cloud is used. With all of
        them the subspaces are the same, and only the mean moves.
    strength : float, default=1.0
        Share of the way: of each angle and of the difference of the means.

    Attributes
    ----------
    coef_ : ndarray of shape (d, d), float64
        A rotation.
    intercept_ : ndarray of shape (d,), float64
    angles_ : ndarray of shape (n_components_,), float64
        Principal angles between the two subspaces, ascending, in radians.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    MeanShiftMap : The means alone.
    ProcrustesMap : The rotation that pairs ask for.

    Notes
    -----
    Let U and V be the principal vectors of the two subspaces [1]_, column i of U meeting column i
    of V at angle :math:`\theta_i` and all others at a right angle, and :math:`z_i` the unit vector
    along :math:`v_i - \cos\theta_i\, u_i`. Then R turns by :math:`\beta \theta_i` in the plane of
    :math:`u_i` and :math:`z_i`, leaves the rest alone, and

    .. math:: x \mapsto R (x - m_s) + m_s + \beta (m_t - m_s),

    where :math:`\beta` is `strength`. The subspaces meet, their axes are not matched by meaning:
    no text without pairs could tell which is which. A fit costs O(d^3).

    References
    ----------
    .. [1] A. Bjoerck, G. Golub. Numerical methods for computing angles between linear subspaces.
       Mathematics of Computation 27, 1973.
    .. [2] T. Chang, Z. Tu, B. Bergen. The geometry of multilingual language model representations.
       EMNLP 2022.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import SubspaceShiftMap
    >>> rng = np.random.default_rng(0)
    >>> english = rng.standard_normal((99, 3)) * [3, 1, 0.1]
    >>> korean = rng.standard_normal((99, 3)) * [3, 0.1, 1] + 5.0
    >>> shift = SubspaceShiftMap(2).fit(unlabeled_source=english, unlabeled_target=korean)
    >>> moved = shift.transform(english)
    >>> bool(np.std(moved[:, 1]) < 0.5 < np.std(moved[:, 2]))
    True
    >>> np.allclose(shift.inverse_transform(moved), english)
    True
    """

    _parameter_constraints: ClassVar[Constraints] = {
        "n_components": [COUNT],
        "strength": [FINITE],
    }

    def __init__(self, n_components: int = 32, *, strength: float = 1.0) -> None:
        self.n_components = n_components
        self.strength = strength

    def _fit_clouds(self, source: Moments, target: Moments) -> tuple[Float64Array, Float64Array]:
        strength = float(self.strength)
        (_, of_source), (_, of_target) = eigh_of(source), eigh_of(target)
        rank = min(self.n_components, of_source.shape[1], of_target.shape[1])
        U, cosines, Vt = np.linalg.svd(of_source[:, :rank].T @ of_target[:, :rank])
        U, V = of_source[:, :rank] @ U, of_target[:, :rank] @ Vt.T
        away = V - U * cosines
        sines = np.linalg.norm(away, axis=0)
        # The sine is exact for small angles, where the cosine is all rounding.
        self.angles_ = np.arctan2(sines, cosines)
        turning = sines > 1e-12
        U, Z = U[:, turning], away[:, turning] / sines[turning]
        angle = strength * self.angles_[turning]
        to_other = (Z * np.sin(angle)) @ U.T
        rotation = np.eye(source.width) + to_other - to_other.T
        rotation += (U * (np.cos(angle) - 1)) @ U.T + (Z * (np.cos(angle) - 1)) @ Z.T
        end = source.mean + strength * (target.mean - source.mean)
        return rotation.T, end - rotation @ source.mean

    def _inverse_coef(self) -> Float64Array:
        return self.coef_.T
