"""A network as a map: the paper's two architectures, and a correction to a closed form."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, PairMoments, row_blocks
from langalign_sk._process import device_exists, is_out_of_memory, resolve_device
from langalign_sk.maps._base import BaseMap, MomentMap, Weights, fits_from_moments
from langalign_sk.maps._network_data import Data
from langalign_sk.maps._network_layers import (
    Layer,
    folded,
    forward_numpy,
    forward_torch,
    standard_of,
)
from langalign_sk.maps._network_training import Training, checked_losses, train
from langalign_sk.maps._parameters import (
    COUNT,
    LESS_THAN_ALL,
    POSITIVE,
    Constraints,
    generator,
    one_of,
)
from langalign_sk.maps._resolve import resolve_map

#: Share of the pairs held out to choose the best epoch by.
HELD_OUT = 0.1
#: Peak of the learning rate; "residual" starts near its end.
LEARNING_RATES = {"residual": 1e-3, "fc": 2e-3, "ae": 2e-3}


class MLPMap(BaseMap, name="mlp"):
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
        own target among those of the batch, and back; a larger batch has more to find it among),
        "relational" (cosines among mapped rows correlate with those among their targets: which two
        rows are close stays; on a ridge base, which does that by itself, it gains nothing),
        "keep_source" (stays near the source row, the base too; spaces of one width).
    dropout : float, default=0.1
        Share of the hidden units switched off in each training step.
    temperature : float, default=0.05
        Of "infonce".
    learning_rate : float, optional
        Peak of the schedule: up in the first twentieth of the steps, then down along a cosine.
        None for 0.002, and for 0.001 in "residual", which starts near its end.
    batch_size : int, default=256
        Pairs per step.
    max_iter : int, default=20
        Epochs at most; also the length of the schedule. A tenth of the pairs, drawn at random, is
        held out to choose the best epoch by.
    n_iter_no_change : int, default=5
        Training stops after so many epochs that gain less than a thousandth of the best loss.
    device : str, optional
        Where to train and transform, as torch names it; "auto" is the best there is. None trains
        there and transforms in numpy; a named device transforms there too, and in numpy where the
        machine has no such device.
    dtype : {"float32", "bfloat16"}, default="float32"
        Type of the products in training. bfloat16 is faster on hardware that computes in it, at
        two to three digits; weights, losses and results are float32 always.
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

    The sum of "mse" and "keep_source" at weights a and b is, but for a constant, a + b times the
    squared distance to :math:`(a t_i + b s_i) / (a + b)`: with "keep_source" the base is fitted to
    these rows in place of the targets (a: all weights but those of "keep_source", "relational").

    One epoch costs O(n P) for n pairs and P parameters, transforming a row O(P). A GPU keeps all
    pairs where they take less than half of its free memory. Else they are read in pieces of a few
    thousand rows, from a memory map too; the device holds one or two of them.

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

    _parameter_constraints: ClassVar[Constraints] = {
        "architecture": [one_of("residual", "fc", "ae")],
        "hidden_width": [COUNT, None],
        "dropout": [LESS_THAN_ALL],
        "temperature": [POSITIVE],
        "learning_rate": [POSITIVE, None],
        "batch_size": [COUNT],
        "max_iter": [COUNT],
        "n_iter_no_change": [COUNT],
        "device": [str, None],
        "dtype": [one_of("float32", "bfloat16")],
    }

    def __init__(
        self,
        architecture: str = "residual",
        *,
        base: Any = "ridge",
        hidden_width: int | None = None,
        loss: Any = "mse",
        dropout: float = 0.1,
        temperature: float = 0.05,
        learning_rate: float | None = None,
        batch_size: int = 256,
        max_iter: int = 20,
        n_iter_no_change: int = 5,
        device: str | None = None,
        dtype: str = "float32",
        random_state: Any = None,
    ) -> None:
        self.architecture = architecture
        self.base = base
        self.hidden_width = hidden_width
        self.loss = loss
        self.dropout = dropout
        self.temperature = temperature
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.n_iter_no_change = n_iter_no_change
        self.device = device
        self.dtype = dtype
        self.random_state = random_state

    def _pairs_needed(self, d_source: int, d_target: int) -> int:
        if self.architecture == "residual":
            return 0  # the base says so itself
        return super()._pairs_needed(d_source, d_target)

    def _fit(self, S: FloatArray, T: FloatArray, weights: Weights, *unlabeled: Any) -> None:
        how = self._training(equal_widths=S.shape[1] == T.shape[1])
        rng = generator(self.random_state)
        learn, held_out = _split(len(S), weights, rng)
        if weights is not None:  # float32 holds no weight however small or large
            weights = weights / weights.max()
        base = self._fitted_base(S, T, weights, held_out, how.share_of_source)
        data = Data(S, T, weights, base, standard_of(S, T, weights))
        try:
            outcome = train(data, (learn, held_out), self._first_layers(S, T, rng), how, rng)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            widest = max(self._widths(S.shape[1], T.shape[1]))
            raise MemoryError(
                f"MLPMap: {how.device} is out of memory with batch_size={how.batch_size} and "
                f"layers up to {widest} wide; lower batch_size or hidden_width, or train with "
                "device='cpu'"
            ) from error
        if base is not None and outcome.best_iter == 0:
            base = self._fitted_base(S, T, weights, held_out[:0], how.share_of_source)
        self.base_ = base
        self.layers_ = folded(outcome.layers, data.standard, residual=base is not None)
        self.loss_curve_, self.validation_curve_ = outcome.loss_curve, outcome.validation_curve
        self.best_iter_, self.n_iter_ = outcome.best_iter, len(outcome.loss_curve)
        self.n_parameters_ = sum(array.size for layer in self.layers_ for array in layer)
        if hasattr(base, "coef_"):
            self.n_parameters_ += base.coef_.size + base.intercept_.size

    def _transform(self, X: FloatArray) -> FloatArray:
        if self.device is not None and device_exists(self.device):
            mapped = forward_torch(self.layers_, X, self.device)
        else:
            mapped = forward_numpy(self.layers_, X)
        if self.base_ is not None:
            mapped += self.base_.transform(X)
        return mapped

    def _training(self, *, equal_widths: bool) -> Training:
        """Return how to train."""
        return Training(
            losses=checked_losses(self.loss, equal_widths=equal_widths),
            dropout=float(self.dropout),
            temperature=float(self.temperature),
            learning_rate=float(self.learning_rate or LEARNING_RATES[self.architecture]),
            batch_size=int(self.batch_size),
            max_iter=int(self.max_iter),
            n_iter_no_change=int(self.n_iter_no_change),
            device=resolve_device(self.device),
            dtype=self.dtype,
        )

    def _fitted_base(
        self,
        S: FloatArray,
        T: FloatArray,
        weights: Weights,
        held_out: Any,
        share: float,
    ) -> Any:
        """Fit the closed form of "residual" to all pairs but those held out.

        What it aims at is the target row, drawn to the source row by `share`.
        """
        if self.architecture != "residual":
            return None
        base = resolve_map(self.base, random_state=self.random_state)
        if len(held_out) == len(S):
            held_out = held_out[:0]
        kept = weights
        if len(held_out):
            kept = np.ones(len(S)) if weights is None else weights.copy()
            kept[held_out] = 0.0
        if share == 0 and (kept is weights or isinstance(base, MomentMap)):
            return base.fit(S, T, kept)  # weights of zero: no copy of the other rows

        def part(rows: Any) -> tuple[FloatArray, FloatArray, Float64Array | None]:
            aim = (1 - share) * T[rows] + share * S[rows] if share else T[rows]
            return S[rows], aim, None if kept is None else kept[rows]

        if fits_from_moments(base):
            blocks = row_blocks(len(S), S.shape[1] + T.shape[1])
            return base.fit_moments(PairMoments.from_blocks(part(rows) for rows in blocks))
        rows = np.setdiff1d(np.arange(len(S)), held_out)
        S, T, kept = part(rows)
        return base.fit(S, T, None if weights is None else kept)

    def _widths(self, d_in: int, d_out: int) -> list[int]:
        """Return the widths of all layers, input and output included."""
        width = self.hidden_width
        if width is None:
            width = 2048 if self.architecture == "residual" else max(d_in, d_out)
        hidden = {
            "residual": [width],
            "fc": [width] * 5,
            "ae": [width, max(1, width // 2), max(1, width // 4), max(1, width // 2), width],
        }[self.architecture]
        return [d_in, *hidden, d_out]

    def _first_layers(self, S: FloatArray, T: FloatArray, rng: np.random.Generator) -> list[Layer]:
        """Return random layers to start from."""
        layers = []
        for fan_in, fan_out in pairwise(self._widths(S.shape[1], T.shape[1])):
            # Orthogonal, and of a gain that keeps the variance through ReLU: independent weights
            # leave six layers stuck at the mean of the targets.
            tall = rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out)))
            weights = np.sqrt(2.0) * np.linalg.qr(tall)[0]
            weights = weights if fan_in >= fan_out else weights.T
            layers.append((weights.astype(np.float32), np.zeros(fan_out, dtype=np.float32)))
        # The start is near the mean of the targets, or the closed form itself.
        layers[-1][0][:] *= 0.0 if self.architecture == "residual" else 0.1
        return layers


def _split(n: int, weights: Weights, rng: np.random.Generator) -> tuple[Any, Any]:
    """Return rows to train on and rows held out; rows without weight are in neither."""
    rows = rng.permutation(np.arange(n) if weights is None else np.flatnonzero(weights))
    if len(rows) < 2:  # one pair: nothing to hold out, and nothing to learn but that pair
        return rows, rows
    held = max(1, round(HELD_OUT * len(rows)))
    return rows[held:], rows[:held]
