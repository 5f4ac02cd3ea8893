"""A discriminant that knows how far translations scatter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import solve
from sklearn.utils import check_random_state
from sklearn.utils.validation import has_fit_parameter

from langalign_sk._numeric import Float64Array, FloatArray, oas_covariance

#: Weight of the scatter of the labelled rows next to that of the trip. The rows are few, and what
#: scatters them most is topic, which a class may well be told by.
WITHIN = 0.5
#: Weight of the identity, relative to the mean variance: no direction is ever taken for certain.
FLOOR = 0.01

#: Factor of the scores. Task text scatters more than the pairs tell, so that the posterior of the
#: model is too sure of itself.
SURENESS = 0.5


@dataclass(frozen=True)
class Part:
    """Labelled rows that arrived in the space of the head in one way."""

    rows: FloatArray
    codes: np.ndarray
    weight: Float64Array
    #: Covariance of what the trip leaves out: a real row lies about the carried one like this.
    noise: Float64Array | None


class GaussianHead:
    """Linear discriminant from class means, scatter of the rows and noise of the trip."""

    coef_: Float64Array
    intercept_: Float64Array

    def fit(self, parts: Sequence[Part], n_classes: int, *, noise: float) -> GaussianHead:
        """Estimate means and covariance from all parts and solve for the coefficients."""
        width = parts[0].rows.shape[1]
        mass, sums = np.zeros(n_classes), np.zeros((n_classes, width))
        covariance = np.zeros((width, width))
        for part in parts:
            one_hot = _weighted_classes(part, n_classes)
            part_mass, part_sums = one_hot.sum(axis=0), one_hot.T @ part.rows
            mass += part_mass
            sums += part_sums
            # About the part's own means: how far one language's lie from another's is no scatter.
            own = part_sums / np.where(part_mass > 0, part_mass, 1.0)[:, None]
            apart = (part.rows - own[part.codes]) * np.sqrt(part.weight)[:, None]
            total = float(part_mass.sum())
            if total == 0:
                continue
            within = oas_covariance(apart.T @ apart / total, total)
            # Carried rows scatter by topic alone, real ones as real ones do.
            if part.noise is not None:
                within = WITHIN * within + noise * part.noise
            covariance += total * within
        present, total = mass > 0, float(mass.sum())
        means = sums / np.where(present, mass, 1.0)[:, None]
        covariance /= total
        level = float(np.trace(covariance)) / width
        # Rows that are all alike have no scatter: any covariance then says the same.
        covariance.flat[:: width + 1] += FLOOR * level if level > 0 else 1.0
        self.coef_ = solve(covariance, means.T, assume_a="pos")
        prior = np.where(present, mass / total, 1.0)
        self.intercept_ = np.where(
            present, np.log(prior) - 0.5 * np.einsum("kd,dk->k", means, self.coef_), -np.inf
        )
        return self

    def predict_proba(self, Z: FloatArray) -> Float64Array:
        """Posterior probability of each class."""
        scores = SURENESS * (Z @ self.coef_ + self.intercept_)
        scores -= scores.max(axis=1, keepdims=True)
        proba: Float64Array = np.exp(scores)
        proba /= proba.sum(axis=1, keepdims=True)
        return proba


def _weighted_classes(part: Part, n_classes: int) -> Float64Array:
    """The weight of each row in the column of its class."""
    one_hot = np.zeros((len(part.codes), n_classes))
    one_hot[np.arange(len(part.codes)), part.codes] = part.weight
    return one_hot


def proba_of_all(head: Any, rows: FloatArray, classes: np.ndarray) -> Float64Array:
    """Probabilities by a fitted head of all classes, those it has not met included."""
    said: Float64Array = head.predict_proba(rows)
    if isinstance(head, GaussianHead) or len(head.classes_) == len(classes):
        return said
    proba = np.zeros((len(rows), len(classes)))
    proba[:, np.searchsorted(classes, head.classes_)] = said
    return proba


def fit_on_copies(
    head: Any,
    parts: Sequence[Part],
    classes: np.ndarray,
    *,
    noise: float,
    n_copies: int,
    random_state: Any,
) -> Any:
    """Fit any classifier on copies of the carried rows, each with noise of its own."""
    rng = check_random_state(random_state)
    rows, labels, weights = [], [], []
    for part in parts:
        z, codes, weight = part.rows, part.codes, part.weight
        if part.noise is not None and noise > 0 and part.noise.any():
            values, vectors = np.linalg.eigh(noise * part.noise)
            z, codes = np.repeat(z, n_copies, axis=0), np.repeat(codes, n_copies)
            weight = np.repeat(weight / n_copies, n_copies)
            spread = np.sqrt(np.clip(values, 0, None))
            z = z + (rng.standard_normal(z.shape) * spread) @ vectors.T
        rows.append(z)
        labels.append(classes[codes])
        weights.append(weight)
    X, y, weight = np.vstack(rows), np.concatenate(labels), np.concatenate(weights)
    if has_fit_parameter(head, "sample_weight"):
        return head.fit(X, y, sample_weight=weight)
    if np.ptp(weight) > 0:
        raise ValueError(f"{type(head).__name__} takes no sample_weight, but the rows differ in it")
    return head.fit(X, y)
