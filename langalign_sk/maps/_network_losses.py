"""What a network map is trained to make small; torch comes in with the tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

#: Targets closer than this (cosine) are one sentence: never each other's negatives.
_SAME = 1.0 - 1e-4


@dataclass(frozen=True)
class Batch:
    """Rows of one step, as tensors; `mapped` carries the gradient."""

    source: Any
    target: Any
    mapped: Any
    weight: Any
    scale: float
    negatives: Any
    temperature: float

    def mean(self, per_row: Any) -> Any:
        """Weighted mean of one number per row."""
        # Weights that float32 takes for zero leave nothing to learn, not a division by zero.
        return (per_row * self.weight).sum() / self.weight.sum().clamp_min(1e-30)


def mse(batch: Batch) -> Any:
    """Squared distance to the target row, per column, in units of the targets' variance."""
    return batch.mean(((batch.mapped - batch.target) / batch.scale).square().mean(dim=1))


def cosine(batch: Batch) -> Any:
    """One minus the cosine to the target row."""
    return batch.mean(1.0 - (_unit(batch.mapped) * _unit(batch.target)).sum(dim=1))


def infonce(batch: Batch) -> Any:
    """Cross entropy of finding the own target among the batch's and the queued ones, and back."""
    mapped, target = _unit(batch.mapped), _unit(batch.target)
    others = target if batch.negatives is None else _stack(target, _unit(batch.negatives))
    rows = mapped.shape[0]
    same = target @ others.T > _SAME
    own = same.new_zeros(same.shape)
    own[:, :rows].fill_diagonal_(True)
    hidden = same & ~own
    logits = (mapped @ others.T / batch.temperature).masked_fill(hidden, float("-inf"))
    there = logits.logsumexp(dim=1) - logits.diagonal()
    back = logits[:, :rows].logsumexp(dim=0) - logits.diagonal()
    return batch.mean((there + back) / 2)


def relational(batch: Batch) -> Any:
    """Squared change of the cosines among the rows themselves: source rows against mapped ones."""
    mapped, source = _unit(batch.mapped), _unit(batch.source)
    change = (mapped @ mapped.T - source @ source.T).square()
    return batch.mean(change @ batch.weight / batch.weight.sum().clamp_min(1e-30))


def keep_source(batch: Batch) -> Any:
    """Squared distance to the source row, per column, in units of the targets' variance."""
    return batch.mean(((batch.mapped - batch.source) / batch.scale).square().mean(dim=1))


LOSSES: dict[str, Callable[[Batch], Any]] = {
    "mse": mse,
    "cosine": cosine,
    "infonce": infonce,
    "relational": relational,
    "keep_source": keep_source,
}


def checked_losses(loss: Any, *, equal_widths: bool) -> dict[str, float]:
    """Turn the parameter `loss` into weights by name, or refuse it."""
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
    """Weighted sum of the losses asked for."""
    return sum(weight * LOSSES[name](batch) for name, weight in weights.items())


def _unit(rows: Any) -> Any:
    """Rows of length one; a zero row stays zero."""
    return rows / rows.norm(dim=1, keepdim=True).clamp_min(1e-12)


def _stack(above: Any, below: Any) -> Any:
    """Rows of both tensors."""
    import torch

    return torch.cat([above, below])
