"""How evenly vectors use the directions of their space."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import logsumexp

from langalign_sk._numeric import Moments, as_float_matrix
from langalign_sk.measures._matched import varying


def iso_score(X: Any) -> float:
    r"""IsoScore: 1 where all directions have the same variance, 0 where one has it all.

    Parameters
    ----------
    X : array-like of shape (n, d)
        At least two rows and two columns.

    Returns
    -------
    float
        Between 0 and 1, about the share of dimensions in use; NaN for constant rows.

    See Also
    --------
    partition_ratio : Sensitive to the mean too.
    average_cosine : The cosine of two rows drawn at random.

    Notes
    -----
    With :math:`\hat\lambda = \sqrt d\, \lambda / \|\lambda\|` of the covariance's eigenvalues, the
    defect is :math:`\delta = \|\hat\lambda - 1\| / \sqrt{2 (d - \sqrt d)}`, the share of
    dimensions in use :math:`\phi = (d - \delta^2 (d - \sqrt d))^2 / d^2`, and the score
    :math:`(d \phi - 1) / (d - 1)`. Unchanged by shift, rotation and scale. n rows vary in n - 1
    directions at most: give many more rows than columns, or the score is low for any space.

    References
    ----------
    Rudman et al. (2022), IsoScore: Measuring the Uniformity of Embedding Space Utilization.

    Examples
    --------
    >>> from langalign_sk.measures import iso_score
    >>> round(iso_score([[1, 0], [-1, 0], [0, 1], [0, -1]]), 6)
    1.0
    """
    rows = _rows(X)
    d = rows.shape[1]
    moments = Moments.from_rows(rows)
    if not varying(moments).any():
        return float("nan")
    values = np.linalg.eigvalsh(moments.covariance).clip(min=0)
    scaled = np.sqrt(d) * values / np.linalg.norm(values)
    defect = np.sum((scaled - 1) ** 2) / (2 * (d - np.sqrt(d)))
    in_use = (d - defect * (d - np.sqrt(d))) ** 2 / d**2
    return float(np.clip((d * in_use - 1) / (d - 1), 0.0, 1.0))


def partition_ratio(X: Any) -> float:
    r"""Least over largest value of the partition function: near 1 for an isotropic space.

    Parameters
    ----------
    X : array-like of shape (n, d)
        At least two rows and two columns.

    Returns
    -------
    float
        Between 0 and 1.

    See Also
    --------
    iso_score : Of the covariance alone.

    Notes
    -----
    :math:`\min_c Z(c) / \max_c Z(c)` with :math:`Z(c) = \sum_i \exp(c \cdot x_i)`, c running over
    the eigenvectors of :math:`X^\top X` and, because the sign of an eigenvector is arbitrary, their
    opposites. Depends on the scale of the rows; give rows of one length to compare spaces.

    References
    ----------
    Mu and Viswanath (2018), All-but-the-Top; Arora et al. (2016).

    Examples
    --------
    >>> from langalign_sk.measures import partition_ratio
    >>> round(partition_ratio([[1, 0], [-1, 0], [0, 1], [0, -1]]), 6)
    1.0
    """
    rows = _rows(X).astype(float)
    _, vectors = np.linalg.eigh(rows.T @ rows)
    along = rows @ vectors
    logs = np.concatenate([logsumexp(along, axis=0), logsumexp(-along, axis=0)])
    return float(np.exp(logs.min() - logs.max()))


def average_cosine(X: Any) -> float:
    r"""Mean cosine of two different rows: near 0 for an isotropic space, 1 for a narrow cone.

    Parameters
    ----------
    X : array-like of shape (n, d)
        At least two rows and two columns.

    Returns
    -------
    float

    Notes
    -----
    Over all n (n - 1) pairs exactly: with unit rows it is
    :math:`(\|\sum_i x_i\|^2 - n) / (n (n - 1))`, rows of zeros counting as cosine 0.

    References
    ----------
    Ethayarajh (2019), How Contextual are Contextualized Word Representations?

    Examples
    --------
    >>> from langalign_sk.measures import average_cosine
    >>> average_cosine([[1, 0], [0, 2]])
    0.0
    """
    rows = _rows(X).astype(float)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    n, own = len(rows), float((unit**2).sum())
    return (float(np.sum(unit.sum(axis=0) ** 2)) - own) / (n * (n - 1))


def _rows(X: Any) -> Any:
    """A matrix of which isotropy can be asked."""
    rows = as_float_matrix(X, name="X")
    if min(rows.shape) < 2:
        raise ValueError(f"X: at least two rows and two columns are needed, got shape {rows.shape}")
    return rows
