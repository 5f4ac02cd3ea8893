"""A head in closed form that knows how far translations scatter."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit, softmax
from sklearn.utils._param_validation import Interval

from langalign_sk._numeric import Float64Array, FloatArray, oas_covariance
from langalign_sk.transfer._constants import DOUBT, FLOOR, KEPT, TRUST
from langalign_sk.transfer._head import CarriedRows, Head, all_of
from langalign_sk.transfer._targets import Classes, Labels, Targets


class GaussianHead(Head):
    r"""Linear discriminant from class means, scatter of the rows and scatter of translations.

    For labels, of which a row may have several, a discriminant for each; for values, the linear
    regression of the same covariance.

    Parameters
    ----------
    noise : float, default=1.0
        Weight of the scatter of translations about the carried rows; 0 leaves it out.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features, n_columns)
    intercept_ : ndarray of shape (n_columns,)

    See Also
    --------
    TransferClassifier : Takes it as `head`.
    KernelHead : What tells classes by the labelled rows nearby.
    NoisyCopies : Any other classifier as a head.

    Notes
    -----
    The covariance is :math:`W + \text{noise}\, (Q + e I)`, W the shrunk scatter of the rows within
    classes, Q that of translations and e an even part: the pairs are few and of other texts than
    the task, so that the directions of their scatter are trusted less than its size. It is
    :math:`20\, R^2 (q' - q)`, q the mean variance of Q, q' that of pairs which are left out and
    :math:`R^2` the share of theirs that the map explains; 3 q at most. For
    labels, W is the scatter of what is left of the rows behind their linear regression on all
    labels; to a label's discriminant the other labels are a part of the scatter. For values, it is
    the scatter of all rows, and the slope is the best one for rows that scatter by Q alone.

    Examples
    --------
    >>> from langalign_sk.transfer import GaussianHead, TransferClassifier
    >>> TransferClassifier(head=GaussianHead()).set_params(head__noise=0.5).head
    GaussianHead(noise=0.5)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "noise": [Interval(Real, 0, np.inf, closed="left")],
    }

    coef_: Float64Array
    intercept_: Float64Array

    def __init__(self, noise: float = 1.0) -> None:
        self.noise = noise

    def _fit_carried(self, parts: Sequence[CarriedRows], targets: Targets) -> Self:
        """Estimate covariance and coefficients from all parts."""
        self._targets = targets
        if isinstance(targets, Classes):
            self._fit_classes(parts)
        elif isinstance(targets, Labels):
            self._fit_labels(parts)
        else:
            self._fit_values(parts)
        return self

    def _fit_classes(self, parts: Sequence[CarriedRows]) -> None:
        """Estimate class means and the covariance about them."""
        n_classes, width = parts[0].told.shape[1], parts[0].rows.shape[1]
        mass, sums = np.zeros(n_classes), np.zeros((n_classes, width))
        residuals = []
        for part in parts:
            one_hot = part.told * part.weight[:, None]
            part_mass, part_sums = one_hot.sum(axis=0), one_hot.T @ part.rows
            mass, sums = mass + part_mass, sums + part_sums
            # About the part's own means: how far one language's lie from another's is no scatter.
            own = part_sums / np.where(part_mass > 0, part_mass, 1.0)[:, None]
            residuals.append(part.rows - own[part.told.argmax(axis=1)])
        self._factor = cho_factor(self._covariance(parts, residuals))
        self._mass, self._means = mass, sums / np.where(mass > 0, mass, 1.0)[:, None]
        self._discriminate(self._means)

    def _fit_labels(self, parts: Sequence[CarriedRows]) -> None:
        """Regress rows on labels: means with and without each, and the covariance about them."""
        mean, share, X, Y, weight = _centred(parts, self._targets)
        cross, gram = X.T @ (weight * Y), Y.T @ (weight * Y)
        slopes = np.linalg.pinv(gram, hermitian=True) @ cross.T
        covariance = self._covariance(parts, _by_part(X - Y @ slopes, parts))
        covariance += slopes.T @ gram @ slopes
        coef = cho_solve(cho_factor(covariance), cross)
        spread, varies = gram.diagonal(), (share > 0) & (share < 1)
        # Less what the label itself explains: the covariance on either side of it.
        rest = spread - np.where(varies, np.einsum("dk,dk->k", cross, coef), 0.0)
        self.coef_ = np.where(varies, coef / np.where(varies, rest, 1.0), 0.0)
        odds = np.log(np.where(varies, share, 0.5) / np.where(varies, 1 - share, 0.5))
        # Midway between rows with and rows without the label.
        middle = mean[:, None] + (0.5 - share) * cross / np.where(varies, spread, 1.0)
        self.intercept_ = odds - np.einsum("dk,dk->k", middle, self.coef_)
        self._share = share

    def _fit_values(self, parts: Sequence[CarriedRows]) -> None:
        """Regress values on rows, of which the real ones scatter as translations do."""
        mean, share, X, Y, weight = _centred(parts, self._targets)
        cross = X.T @ (weight * Y)
        coef = cho_solve(cho_factor(self._covariance(parts, _by_part(X, parts))), cross)
        # The even part chooses directions; how far to go is told by rows and translations alone.
        spread = (coef * ((X.T * weight[:, 0]) @ (X @ coef))).sum(axis=0)
        for part in parts:
            if part.noise is not None:
                told = self.noise * (coef * (part.noise.covariance @ coef)).sum(axis=0)
                spread += told * part.weight.sum() / sum(one.weight.sum() for one in parts)
        given = (coef * cross).sum(axis=0)
        self.coef_ = coef * given / np.where(spread > 0, spread, 1.0)
        self.intercept_ = share - mean @ self.coef_

    def _covariance(
        self, parts: Sequence[CarriedRows], residuals: Sequence[FloatArray]
    ) -> Float64Array:
        """Return the covariance of real rows about what their targets tell."""
        width = parts[0].rows.shape[1]
        covariance, mass = np.zeros((width, width)), 0.0
        for part, residual in zip(parts, residuals, strict=True):
            total = float(part.weight.sum())
            if total == 0:
                continue
            apart = residual * np.sqrt(part.weight)[:, None]
            within = oas_covariance(apart.T @ apart / total, part.n)
            # Carried rows scatter by topic alone, real ones as real ones do.
            if part.noise is not None:
                within = within + self.noise * part.noise.covariance
                within.flat[:: width + 1] += self.noise * part.noise.even
            covariance += total * within
            mass += total
        covariance /= mass
        level = float(np.trace(covariance)) / width
        # Rows that are all alike have no scatter: any covariance then says the same.
        covariance.flat[:: width + 1] += FLOOR * level if level > 0 else 1.0
        return covariance

    def _hear(self, rows: FloatArray, proba: Float64Array) -> None:
        """Move the class means: all of them alike, and each by what its own rows say beyond."""
        mass, known = proba.sum(axis=0), self._means
        apart = proba.T @ rows - mass[:, None] * known
        shift = apart.sum(axis=0) / (len(rows) + KEPT)  # a handful of rows moves little
        some = np.where(mass > 0, mass, 1.0)  # a class without rows does not move on its own
        own = (apart - mass[:, None] * shift) / some[:, None]
        means = known + shift + own
        # Means of rows that are drawn at random move as well: by this much.
        squares = np.einsum("nd,nd->n", rows, rows)[:, None] + np.einsum("kd,kd->k", means, means)
        scatter = float((proba * (squares - 2 * rows @ means.T)).sum()) / len(rows)
        chance = scatter * float(((proba**2).sum(axis=0) / some).sum())
        moved = float(mass @ np.einsum("kd,kd->k", own, own))
        believed = max(1 - DOUBT * chance / moved, 0.0) if moved > 0 else 0.0
        trusted = np.minimum(believed, mass / (some + TRUST * self._mass))
        self._discriminate(known + shift + trusted[:, None] * own)

    def _forget(self) -> None:
        for name in ("_factor", "_mass", "_means"):
            self.__dict__.pop(name, None)

    def _discriminate(self, means: Float64Array) -> None:
        """Set the coefficients for these class means."""
        present = self._mass > 0
        self.coef_ = cho_solve(self._factor, means.T)
        prior = np.where(present, self._mass / self._mass.sum(), 1.0)
        self.intercept_ = np.where(
            present, np.log(prior) - 0.5 * np.einsum("kd,dk->k", means, self.coef_), -np.inf
        )

    def say(self, X: FloatArray) -> Float64Array:
        """Return what the head says of rows: probabilities, or values.

        Parameters
        ----------
        X : ndarray of shape (n, d)
            Rows as the head sees them.

        Returns
        -------
        said : ndarray of shape (n, n_columns)
            A column for each class, label or value.
        """
        scores: Float64Array = X @ self.coef_ + self.intercept_
        if isinstance(self._targets, Classes):
            proba: Float64Array = softmax(scores, axis=1)
            return proba
        if isinstance(self._targets, Labels):
            share: Float64Array = self._share
            return np.where((share > 0) & (share < 1), expit(scores), share)
        return scores


def _centred(
    parts: Sequence[CarriedRows], targets: Targets
) -> tuple[Float64Array, Float64Array, FloatArray, Float64Array, Float64Array]:
    """Return the means of rows and targets, both less these, and weights as a column."""
    rows, told, weight = all_of(parts)
    share = targets.share(told, weight)
    weight = weight / weight.sum()
    mean = weight @ rows
    return mean, share, rows - mean, told - share, weight[:, None]


def _by_part(rows: FloatArray, parts: Sequence[CarriedRows]) -> list[FloatArray]:
    return np.split(rows, np.cumsum([len(part.rows) for part in parts])[:-1])
