"""Maps of every kind the protocol must carry, as small as they can be. For tests alone."""

import numpy as np
from threadpoolctl import threadpool_limits

from langalign_sk.maps import BaseMap, MomentMap
from langalign_sk.maps._affine import AffineMixin


class TorchMap(BaseMap):
    """Row map: one hidden layer, full-batch Adam. Torch is imported by fit; weights are numpy."""

    uses_unlabeled = False

    def __init__(self, hidden=16, steps=200, learning_rate=0.02, random_state=None):
        self.hidden = hidden
        self.steps = steps
        self.learning_rate = learning_rate
        self.random_state = random_state

    def _fit(self, S, T, w, *unlabeled):
        import torch

        rng = np.random.default_rng(self.random_state)
        shapes = [(S.shape[1], self.hidden), (self.hidden, T.shape[1])]
        start = [rng.standard_normal(shape) / np.sqrt(shape[0]) for shape in shapes]
        start += [np.zeros(self.hidden), np.average(T, axis=0, weights=w)]
        weights = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in start]
        x, y = torch.tensor(S, dtype=torch.float64), torch.tensor(T, dtype=torch.float64)
        w = torch.tensor(np.ones(len(S)) if w is None else w)[:, None]
        adam = torch.optim.Adam(weights, lr=self.learning_rate)
        with threadpool_limits(1):  # so small that threads would only wait for each other
            for _ in range(self.steps):
                adam.zero_grad()
                hidden = torch.tanh(x @ weights[0] + weights[2])
                loss = (w * (hidden @ weights[1] + weights[3] - y) ** 2).sum() / w.sum()
                loss.backward()
                adam.step()
        self.weights_ = [each.detach().numpy() for each in weights]

    def _transform(self, X):
        inner, outer, bias, offset = (each.astype(X.dtype) for each in self.weights_)
        return np.tanh(X @ inner + bias) @ outer + offset


class ReducedRankMap(AffineMixin, MomentMap):
    """Moment map: least squares of limited rank."""

    uses_unlabeled = False

    def __init__(self, rank=2):
        self.rank = rank

    def _fit_moments(self, moments, *unlabeled):
        full = np.linalg.pinv(moments.source.scatter, hermitian=True) @ moments.cross
        _, vectors = np.linalg.eigh(full.T @ moments.source.scatter @ full)
        leading = vectors[:, -self.rank :]
        coef = full @ leading @ leading.T
        return self._set_affine(coef, moments.target.mean - moments.source.mean @ coef)


class MeanShiftMap(AffineMixin, MomentMap):
    """Moment map without pairs: move the mean of unlabeled source rows onto that of target rows."""

    needs_pairs = False

    def _fit_moments(self, moments, unlabeled_source, unlabeled_target):
        if unlabeled_source is None or unlabeled_target is None:
            raise ValueError("MeanShiftMap needs unlabeled_source and unlabeled_target")
        shift = unlabeled_target.mean - unlabeled_source.mean
        return self._set_affine(np.eye(len(shift)), shift)


class TransportMap(BaseMap):
    """Row map without pairs: entropic optimal transport between unlabeled rows.

    Maps a row to the mean of the target rows, weighted by the plan extended to new rows.
    """

    needs_pairs = False

    def __init__(self, regularisation=0.05, iterations=200):
        self.regularisation = regularisation
        self.iterations = iterations

    def fit(
        self, S=None, T=None, sample_weight=None, *, unlabeled_source=None, unlabeled_target=None
    ):
        if unlabeled_source is None or unlabeled_target is None:
            raise ValueError("TransportMap needs unlabeled_source and unlabeled_target")
        source = np.asarray(unlabeled_source, dtype=np.float64)
        self.target_ = np.asarray(unlabeled_target, dtype=np.float64)
        self.n_features_in_, self.n_features_out_ = source.shape[1], self.target_.shape[1]
        self.width_ = self.regularisation * self._cost(source).mean()
        kernel = np.exp(-self._cost(source) / self.width_)
        right = np.ones(kernel.shape[1])
        for _ in range(self.iterations):
            left = 1.0 / (kernel @ right)
            right = 1.0 / (kernel.T @ left)
        self.right_ = right
        return self

    def _cost(self, rows):
        return ((rows[:, None, :] - self.target_[None, :, :]) ** 2).sum(axis=-1)

    def _transform(self, X):
        plan = np.exp(-self._cost(X) / self.width_) * self.right_
        plan /= plan.sum(axis=1, keepdims=True)
        return (plan @ self.target_).astype(X.dtype)


class DuckMap:
    """Row map that inherits nothing: the protocol alone."""

    needs_pairs = True

    def fit(self, S, T, sample_weight=None, *, unlabeled_source=None, unlabeled_target=None):
        self.coef_ = np.linalg.lstsq(np.asarray(S), np.asarray(T), rcond=None)[0]
        self.n_features_in_, self.n_features_out_ = self.coef_.shape
        return self

    def transform(self, X):
        return np.asarray(X) @ self.coef_.astype(np.asarray(X).dtype)
