"""Training the layers of a network map with torch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from langalign_sk._process import precision, to_device
from langalign_sk._progress import progress_bar
from langalign_sk.maps._network_data import Data, Feed, Rows, feed
from langalign_sk.maps._network_layers import Layer, Standard

#: Targets closer than this (cosine) are one sentence: never each other's negatives.
_SAME = 1.0 - 1e-4
_VALIDATION_BATCH = 2048
#: Of AdamW, on weights.
WEIGHT_DECAY = 1e-2
#: Share of the best loss by which an epoch must better it to count.
TOLERANCE = 1e-3


@dataclass(frozen=True)
class Batch:
    """Rows of one step, as tensors; `mapped` carries the gradient."""

    source: Any
    target: Any
    mapped: Any
    weight: Any
    scale: float
    temperature: float

    def mean(self, per_row: Any) -> Any:
        """Return the weighted mean of one number per row."""
        # Weights that float32 takes for zero leave nothing to learn, not a division by zero.
        return (per_row * self.weight).sum() / self.weight.sum().clamp_min(1e-30)


def mse(batch: Batch) -> Any:
    """Return the squared distance to the target row, per column, by the targets' variance."""
    return batch.mean(((batch.mapped - batch.target) / batch.scale).square().mean(dim=1))


def cosine(batch: Batch) -> Any:
    """Return one minus the cosine to the target row."""
    return batch.mean(1.0 - (_unit(batch.mapped) * _unit(batch.target)).sum(dim=1))


def infonce(batch: Batch) -> Any:
    """Return the cross entropy of finding the own target among those of the batch, and back."""
    mapped, target = _unit(batch.mapped), _unit(batch.target)
    same = target @ target.T > _SAME
    hidden = same.fill_diagonal_(False)
    logits = (mapped @ target.T / batch.temperature).masked_fill(hidden, float("-inf"))
    there = logits.logsumexp(dim=1) - logits.diagonal()
    back = logits.logsumexp(dim=0) - logits.diagonal()
    return batch.mean((there + back) / 2)


def relational(batch: Batch) -> Any:
    """Return one minus the correlation of the cosines among mapped rows with those among targets.

    Rows of a regression are all shrunk: how close two of them are says less than whether
    they are closer than two others.
    """
    import torch

    weight = torch.outer(batch.weight, batch.weight).fill_diagonal_(0.0)
    weight = weight / weight.sum().clamp_min(1e-30)
    sides = [unit @ unit.T for unit in (_unit(batch.mapped), _unit(batch.target))]
    mapped, target = (side - (weight * side).sum() for side in sides)
    spreads = (weight * mapped.square()).sum() * (weight * target.square()).sum()
    return 1.0 - (weight * mapped * target).sum() / spreads.clamp_min(1e-20).sqrt()


def keep_source(batch: Batch) -> Any:
    """Return the squared distance to the source row, per column, by the targets' variance."""
    return batch.mean(((batch.mapped - batch.source) / batch.scale).square().mean(dim=1))


LOSSES: dict[str, Callable[[Batch], Any]] = {
    "mse": mse,
    "cosine": cosine,
    "infonce": infonce,
    "relational": relational,
    "keep_source": keep_source,
}


def checked_losses(loss: Any, *, equal_widths: bool) -> dict[str, float]:
    """Turn the parameter `loss` into checked weights by name."""
    weights = {loss: 1.0} if isinstance(loss, str) else loss
    if not isinstance(weights, Mapping) or not weights:
        raise TypeError(f"loss must be a name or a dict name → weight, got {loss!r}")
    for name, weight in weights.items():
        if name not in LOSSES:
            raise ValueError(f"unknown loss {name!r}; the names are {sorted(LOSSES)}")
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight < 1e9:
            raise ValueError(f"the weight of loss {name!r} must be a number > 0, got {weight!r}")
    if "keep_source" in weights and not equal_widths:
        raise ValueError("loss 'keep_source' compares both spaces: they need the same width")
    return {name: float(weight) for name, weight in weights.items()}


def total_loss(batch: Batch, weights: Mapping[str, float]) -> Any:
    """Return the weighted sum of the losses asked for."""
    return sum(weight * LOSSES[name](batch) for name, weight in weights.items())


def _unit(rows: Any) -> Any:
    """Return rows of length one; a zero row stays zero."""
    return rows / rows.norm(dim=1, keepdim=True).clamp_min(1e-12)


@dataclass(frozen=True)
class Training:
    """Settings of training; see the parameters of `MLPMap`."""

    losses: Mapping[str, float]
    dropout: float
    temperature: float
    learning_rate: float
    batch_size: int
    max_iter: int
    n_iter_no_change: int
    device: Any
    dtype: str

    @property
    def share_of_source(self) -> float:
        """Share by which "keep_source" draws the targets to the source rows."""
        away = self.losses.get("keep_source", 0.0)
        total = sum(weight for name, weight in self.losses.items() if name != "relational")
        return away / total if total else 0.0


@dataclass
class Outcome:
    """Best layers, and the way there."""

    layers: list[Layer]
    validation_curve: list[float]
    loss_curve: list[float] = field(default_factory=list)
    best_iter: int = 0


def train(
    data: Data, split: tuple[Any, Any], layers: list[Layer], how: Training, rng: Any
) -> Outcome:
    """Train from the given layers and return the best ones by the loss on the held-out pairs.

    `split` holds the row numbers to train on and to validate on. Random numbers come from `rng`
    and a generator seeded by it; torch's own generators are left alone.
    """
    import torch

    learn, held_out = split
    with torch.inference_mode(False), torch.enable_grad():
        pairs = feed(data, how.device)
        net = _Net(pairs, data.standard, layers, how, int(rng.integers(2**31 - 1)))
        net.prepare(steps=math.ceil(len(learn) / how.batch_size) * how.max_iter)
        outcome = Outcome(net.layers(), [net.loss_on(held_out)])
        lowest, idle = outcome.validation_curve[0], 0
        with progress_bar(how.max_iter, desc="Training the map", unit="epochs") as bar:
            for epoch in range(1, how.max_iter + 1):
                outcome.loss_curve.append(net.learn_epoch(rng.permutation(learn)))
                value = net.loss_on(held_out)
                outcome.validation_curve.append(value)
                bar.update(1)
                bar.set_postfix_str(f"validation loss {value:.4g}")
                if not math.isfinite(value):
                    raise ValueError(
                        f"training diverged in epoch {epoch} (validation loss {value}); "
                        "lower learning_rate"
                    )
                # Small gains are kept too; patience asks for larger ones.
                idle = 0 if value < lowest - TOLERANCE * abs(lowest) else idle + 1
                if value < min(outcome.validation_curve[:-1]):
                    outcome.layers, outcome.best_iter = net.layers(), epoch
                lowest = min(lowest, value) if idle == 0 else lowest
                if idle >= how.n_iter_no_change:
                    break
        return outcome


class _Net:
    """Layers on a device: forward with dropout, the loss, one epoch."""

    def __init__(
        self, pairs: Feed, standard: Standard, layers: list[Layer], how: Training, seed: int
    ) -> None:
        import torch

        self.pairs = pairs
        self.how = how
        self.scale = standard.target_scale
        self.parameters = [
            torch.tensor(array, dtype=torch.float32, device=how.device, requires_grad=True)
            for layer in layers
            for array in layer
        ]
        self.mean = to_device(standard.source_mean.astype(np.float32), how.device)
        self.unit = float(np.float32(1.0 / standard.source_scale))
        self.generator = torch.Generator(device=how.device).manual_seed(seed)

    def prepare(self, *, steps: int) -> None:
        """Set up the optimiser for so many steps."""
        import torch

        groups = [  # biases and means are no complexity: they are not decayed
            {"params": self.parameters[0::2], "weight_decay": WEIGHT_DECAY},
            {"params": self.parameters[1::2], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=self.how.learning_rate, fused=True)
        self.rates = _rates(self.how.learning_rate, steps)

    def layers(self) -> list[Layer]:
        """Copy the parameters into numpy arrays."""
        arrays = [p.detach().cpu().numpy().copy() for p in self.parameters]
        return list(zip(arrays[0::2], arrays[1::2], strict=True))

    def forward(self, x: Any, *, dropout: float) -> Any:
        """Return the output of the layers, in units of the targets' scale."""
        import torch

        last = len(self.parameters) - 2
        for i in range(0, len(self.parameters), 2):
            x = torch.addmm(self.parameters[i + 1], x, self.parameters[i])
            if i < last:
                x = x.relu()
                if dropout:
                    kept = torch.empty_like(x).bernoulli_(1 - dropout, generator=self.generator)
                    x = x * kept.div_(1 - dropout)
        return x

    def loss(self, rows: Rows, *, dropout: float) -> Any:
        """Return the loss of one batch."""
        with precision(self.how.device, self.how.dtype):
            out = self.forward((rows.source - self.mean) * self.unit, dropout=dropout)
        mapped = rows.floor + self.scale * out.float()
        batch = Batch(
            rows.source, rows.target, mapped, rows.weight, self.scale, self.how.temperature
        )
        return total_loss(batch, self.how.losses)

    def learn_epoch(self, rows: Any) -> float:
        """Pass over the training rows once; return the mean loss on the way."""
        import torch

        losses = []
        for batch in self.pairs.batches(rows, self.how.batch_size):
            rate = next(self.rates)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.loss(batch, dropout=self.how.dropout)
            loss.backward()
            self.optimizer.step()
            losses.append(loss.detach())  # reading it here would wait for the device
        return float(torch.stack(losses).cpu().double().mean())

    def loss_on(self, rows: Any) -> float:
        """Return the loss on held-out rows: no dropout, always the same batches."""
        import torch

        losses, weights = [], []
        with torch.no_grad():
            for batch in self.pairs.batches(rows, _VALIDATION_BATCH):
                losses.append(self.loss(batch, dropout=0.0))
                weights.append(batch.weight.sum())
        read = zip(*(torch.stack(figures).tolist() for figures in (losses, weights)), strict=True)
        weighed = [(loss * weight, weight) for loss, weight in read if weight > 0]
        total = sum(loss for loss, _ in weighed)
        return float(total / sum(weight for _, weight in weighed))


def _rates(peak: float, steps: int) -> Iterator[float]:
    """Give learning rates: up in the first twentieth of the steps, then down along a cosine."""
    warm = max(1, steps // 20)
    for done in range(steps):
        way = max(done - warm, 0) / max(1, steps - warm)
        yield peak * min((done + 1) / warm, 0.5 * (1 + math.cos(math.pi * way)))
