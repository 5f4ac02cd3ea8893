"""A network as a map: the paper's two architectures, and a correction to a closed form."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk.maps._base import BaseMap, MomentMap
from langalign_sk.maps._checks import real_number, whole_number
from langalign_sk.maps._network_layers import (
    Layer,
    Standard,
    device_exists,
    folded,
    forward_numpy,
    forward_torch,
    standard_of,
    unfolded,
)
from langalign_sk.maps._network_losses import checked_losses
from langalign_sk.maps._network_training import Data, Training, train
from langalign_sk.maps._random import generator


class MLPMap(BaseMap):
    r"""Predict target rows from source rows by a neural network, trained by torch.

    The two networks of the LangAlign paper by name, and by default a small network that corrects a
    closed-form map: it starts at zero, so that training can only improve on the closed form by the
    loss on held-out pairs. If it never does, the closed form is fitted on all pairs and returned.

    Parameters
    ----------
    architecture : {"residual", "fc", "ae"}, default="residual"
        "fc": six fully connected layers; "ae": three that narrow by half each time and three that
        widen again; "residual": `base` plus a network of one hidden layer. ReLU and dropout stand
        between all layers.
    base : str or map, default="ridge"
        What "residual" starts from: a name or a map object, as `method` of the aligners. Ignored
        by the other architectures.
    hidden_width : int, optional
        Width of the hidden layers (of the first one in "ae"). None for the wider of both
        spaces, and for 2048 in "residual".
    loss : str or dict of str to float, default="mse"
        A name, or names and weights of a sum: "mse" (the paper's), "cosine", "infonce" (find the
        own target among those of the batch and the queue, and back), "relational" (keeps the
        cosines that the source rows have among themselves), "keep_source" (stays near the source
        row; spaces of one width).
    dropout : float, default=0.1
        Share of the hidden units switched off in each training step.
    temperature : float, default=0.05
        Of "infonce".
    queue_size : int, default=0
        Targets of earlier batches that "infonce" takes as further negatives.
    learning_rate : float, optional
        Peak of the schedule: up in the first twentieth of the steps, then down along a cosine.
        None for 0.002, and for 0.001 in "residual", which starts near its end.
    weight_decay : float, default=0.01
        Of AdamW, on weights, not on biases.
    batch_size : int, default=256
        Pairs per step.
    max_iter : int, default=20
        Epochs at most; also the length of the schedule.
    validation_fraction : float, default=0.1
        Share of the pairs held out, at random, to choose the best epoch by.
    n_iter_no_change : int, default=5
        Training stops after so many epochs without a gain of `tol` of the best loss.
    tol : float, default=0.001
        See `n_iter_no_change`.
    precision : {"auto", "float32", "bfloat16"}, default="auto"
        Of the products in training. "auto" is bfloat16 on a GPU and float32 elsewhere. Weights,
        losses and results stay float32.
    warm_start : bool, default=False
        Whether `fit` goes on from the layers of the fit before (of the same widths). Aligners fit
        clones, on which it has no effect.
    device : str, optional
        Where to train and transform, as torch names it. None trains on a GPU where there is one
        and transforms in numpy; a named device transforms there too, and in numpy where the
        machine has no such device.
    progress : bool or "auto", default="auto"
        Progress bar over the epochs; "auto" shows it on a terminal after two seconds.
    random_state : int, Generator, RandomState or None, default=None
        First weights, order of the pairs, dropout, held-out pairs, and what `base` draws. No
        global generator is read or changed. The same number gives the same map on the same
        machine and versions.

    Attributes
    ----------
    layers_ : list of (weights, bias)
        Layers as float32 arrays of shape (in, out) and (out,), standardisation folded in.
    base_ : map or None
        The fitted closed form of "residual".
    loss_curve_ : list of float
        Mean training loss of each epoch.
    validation_curve_ : list of float
        Loss on the held-out pairs before training and after each epoch.
    best_iter_ : int
        Epoch whose layers were kept; 0 is before training.
    n_iter_ : int
        Epochs run.
    n_parameters_ : int
        Numbers in the layers and, for "residual", in an affine base.
    n_features_in_, n_features_out_ : int
        Widths of the two spaces.

    See Also
    --------
    RidgeMap : A closed form, seconds faster and usually as good.

    Notes
    -----
    With layers :math:`f_\theta` and closed form B (for "fc" and "ae" the mean of the targets), the
    map is :math:`A(s) = B(s) + \sigma f_\theta((s - m) / \sigma_s)`, with one scale for all columns
    of a side. For "mse" training minimises, with weights :math:`w_i`,

    .. math::
        \frac{1}{\sum_i w_i} \sum_i w_i \frac{\lVert A(s_i) - t_i \rVert^2}{d \, \sigma^2} .

    One epoch costs O(n P) for n pairs and P parameters, transforming a row O(P). The pairs are
    read in pieces of a few thousand rows, from a memory map too; the device holds one piece.

    References
    ----------
    .. [1] J. M. Kim, Y.-J. Lee, H.-J. Choi, S. Jung. LangAlign: Enhancing Non-English Language
       Models via Cross-Lingual Embedding Alignment. arXiv:2503.18603, 2025.
    .. [2] A. van den Oord, Y. Li, O. Vinyals. Representation learning with contrastive predictive
       coding. arXiv:1807.03748, 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import MLPMap, RidgeMap
    >>> rng = np.random.default_rng(0)
    >>> S = rng.standard_normal((2000, 4))
    >>> T = np.abs(S @ rng.standard_normal((4, 3)))
    >>> network = MLPMap(random_state=0).fit(S, T)
    >>> error = np.square(network.transform(S) - T).mean()
    >>> bool(error < 0.2 * np.square(RidgeMap().fit(S, T).transform(S) - T).mean())
    True
    """

    uses_unlabeled: ClassVar[bool] = False

    layers_: list[Layer]
    base_: Any
    loss_curve_: list[float]
    validation_curve_: list[float]
    best_iter_: int
    n_iter_: int
    n_parameters_: int

    def __init__(
        self,
        architecture: str = "residual",
        *,
        base: Any = "ridge",
        hidden_width: int | None = None,
        loss: Any = "mse",
        dropout: float = 0.1,
        temperature: float = 0.05,
        queue_size: int = 0,
        learning_rate: float | None = None,
        weight_decay: float = 1e-2,
        batch_size: int = 256,
        max_iter: int = 20,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 5,
        tol: float = 1e-3,
        precision: str = "auto",
        warm_start: bool = False,
        device: str | None = None,
        progress: bool | str = "auto",
        random_state: Any = None,
    ) -> None:
        self.architecture = architecture
        self.base = base
        self.hidden_width = hidden_width
        self.loss = loss
        self.dropout = dropout
        self.temperature = temperature
        self.queue_size = queue_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.precision = precision
        self.warm_start = warm_start
        self.device = device
        self.progress = progress
        self.random_state = random_state

    def fit(
        self,
        S: Any,
        T: Any,
        sample_weight: Any = None,
        *,
        unlabeled_source: Any = None,
        unlabeled_target: Any = None,
    ) -> Self:
        """Train on the pairs and keep the best epoch by the held-out ones.

        Parameters
        ----------
        S, T : array-like of shape (n, d_source) and (n, d_target)
            Row i of `S` and row i of `T` mean the same.
        sample_weight : array-like of shape (n,), optional
            Weight of each pair in the loss, >= 0.
        unlabeled_source, unlabeled_target : ignored

        Returns
        -------
        self
        """
        S, T, weights = self._check_pairs(S, T, sample_weight)
        how = self._training(equal_widths=S.shape[1] == T.shape[1])
        rng = generator(self.random_state)
        learn, held_out = self._split(len(S), weights, rng)
        if weights is not None:  # float32 holds no weight however small or large
            weights = weights / weights.max()
        base = self._fitted_base(S, T, weights, held_out)
        data = Data(S, T, weights, base, standard_of(S, T, weights))
        start = self._first_layers(S.shape[1], T.shape[1], data.standard, rng)
        outcome = train(data, (learn, held_out), start, how, rng)
        if base is not None and outcome.best_iter == 0 and not self._goes_on():
            base = self._fitted_base(S, T, weights, held_out[:0])
        self.base_ = base
        self.layers_ = folded(outcome.layers, data.standard, residual=base is not None)
        self.loss_curve_, self.validation_curve_ = outcome.loss_curve, outcome.validation_curve
        self.best_iter_, self.n_iter_ = outcome.best_iter, len(outcome.loss_curve)
        self.n_parameters_ = sum(array.size for layer in self.layers_ for array in layer)
        if hasattr(base, "coef_"):
            self.n_parameters_ += base.coef_.size + base.intercept_.size
        self.n_features_in_, self.n_features_out_ = S.shape[1], T.shape[1]
        return self

    def transform(self, X: Any) -> FloatArray:
        """Map rows of the source space through the network.

        Parameters
        ----------
        X : array-like of shape (n, d_source)

        Returns
        -------
        ndarray of shape (n, d_target)
            In the dtype of `X` (float32 or float64).
        """
        X = self._check_rows(X)
        if self.device is not None and device_exists(self.device):
            mapped = forward_torch(self.layers_, X, self.device)
        else:
            mapped = forward_numpy(self.layers_, X)
        if self.base_ is not None:
            mapped += self.base_.transform(X)
        return mapped

    def _goes_on(self) -> bool:
        """Whether this fit starts from the layers of the one before."""
        return bool(self.warm_start) and hasattr(self, "layers_")

    def _training(self, *, equal_widths: bool) -> Training:
        """Return the checked parameters of training."""
        if self.architecture not in ("residual", "fc", "ae"):
            raise ValueError(
                f'architecture must be "residual", "fc" or "ae", got {self.architecture!r}'
            )
        if self.precision not in ("auto", "float32", "bfloat16"):
            raise ValueError(
                f'precision must be "auto", "float32" or "bfloat16", got {self.precision!r}'
            )
        for name, least in (
            ("batch_size", 1),
            ("max_iter", 1),
            ("n_iter_no_change", 1),
            ("queue_size", 0),
        ):
            whole_number(name, getattr(self, name), least)
        for name, high in (
            ("dropout", 1.0),
            ("validation_fraction", 1.0),
            ("tol", 1.0),
            ("weight_decay", np.inf),
            ("temperature", np.inf),
        ):
            real_number(name, getattr(self, name), low=0, high=high, above=name in _ABOVE_ZERO)
        rate = self.learning_rate
        if rate is None:
            rate = 1e-3 if self.architecture == "residual" else 2e-3
        real_number("learning_rate", rate, low=0, above=True)
        import torch

        device = torch.device(self.device or ("cuda" if torch.cuda.is_available() else "cpu"))
        on_gpu = device.type == "cuda"
        return Training(
            losses=checked_losses(self.loss, equal_widths=equal_widths),
            dropout=float(self.dropout),
            temperature=float(self.temperature),
            queue_size=int(self.queue_size),
            learning_rate=float(rate),
            weight_decay=float(self.weight_decay),
            batch_size=int(self.batch_size),
            max_iter=int(self.max_iter),
            n_iter_no_change=int(self.n_iter_no_change),
            tol=float(self.tol),
            bfloat16=self.precision == "bfloat16" or (self.precision == "auto" and on_gpu),
            device=device,
            progress=self.progress,
        )

    def _split(
        self, n: int, weights: Float64Array | None, rng: np.random.Generator
    ) -> tuple[Any, Any]:
        """Rows to train on and rows held out; rows without weight are in neither."""
        rows = np.arange(n) if weights is None else np.flatnonzero(weights)
        rows = rng.permutation(rows)
        if len(rows) < 2:  # one pair: nothing to hold out, and nothing to learn but that pair
            return rows, rows
        held = min(max(1, round(self.validation_fraction * len(rows))), len(rows) - 1)
        return rows[held:], rows[:held]

    def _fitted_base(
        self, S: FloatArray, T: FloatArray, weights: Float64Array | None, held_out: Any
    ) -> Any:
        """Closed form of "residual", fitted on all pairs but those held out."""
        if self.architecture != "residual":
            return None
        from langalign_sk.maps._resolve import resolve_map  # it names this class

        base = resolve_map(self.base, random_state=self.random_state)
        if not len(held_out) or len(held_out) == len(S):
            return base.fit(S, T, weights)
        if isinstance(base, MomentMap):  # weights of zero: no copy of the other rows
            kept = np.ones(len(S)) if weights is None else weights.copy()
            kept[held_out] = 0.0
            return base.fit(S, T, kept)
        rows = np.ones(len(S), dtype=bool)
        rows[held_out] = False
        return base.fit(S[rows], T[rows], None if weights is None else weights[rows])

    def _widths(self, d_in: int, d_out: int) -> list[int]:
        """Widths of all layers, input and output included."""
        width = self.hidden_width
        if width is None:
            width = 2048 if self.architecture == "residual" else max(d_in, d_out)
        width = whole_number("hidden_width", width)
        hidden = {
            "residual": [width],
            "fc": [width] * 5,
            "ae": [width, max(1, width // 2), max(1, width // 4), max(1, width // 2), width],
        }[self.architecture]
        return [d_in, *hidden, d_out]

    def _first_layers(self, d_in: int, d_out: int, standard: Standard, rng: Any) -> list[Layer]:
        """Layers to start from: random ones, or those of the fit before."""
        widths = self._widths(d_in, d_out)
        if self._goes_on():
            shapes = [weights.shape for weights, _ in self.layers_]
            if shapes != list(pairwise(widths)):
                raise ValueError(
                    f"warm_start: the layers fitted before have shapes {shapes}, these parameters "
                    f"and pairs need widths {widths}; fit a new map, or set warm_start=False"
                )
            return unfolded(self.layers_, standard, residual=self.base_ is not None)
        layers = []
        for fan_in, fan_out in pairwise(widths):
            # Orthogonal, and of a gain that keeps the variance through ReLU: independent weights
            # leave six layers stuck at the mean of the targets.
            tall = rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out)))
            weights = np.sqrt(2.0) * np.linalg.qr(tall)[0]
            weights = weights if fan_in >= fan_out else weights.T
            layers.append((weights.astype(np.float32), np.zeros(fan_out, dtype=np.float32)))
        # The start is near the mean of the targets, or the closed form itself.
        layers[-1][0][:] *= 0.0 if self.architecture == "residual" else 0.1
        return layers


_ABOVE_ZERO = ("temperature", "validation_fraction")
