"""Which weights of a language model are tuned: not the lower layers, or small matrices beside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def language_model(model: Any) -> Any:
    """Return the transformers model inside a SentenceTransformer."""
    found = getattr(model[0], "auto_model", None)
    if found is None:
        raise ValueError(
            f"the first module of this checkpoint is a {type(model[0]).__name__}, not a language "
            "model, and cannot be tuned"
        )
    return found


def freeze(model: Any, count: int) -> None:
    """Freeze the embeddings and the lowest layers of a language model."""
    if not count:
        return
    total = getattr(model.config, "num_hidden_layers", None)
    lists = [m for m in model.modules() if type(m).__name__ == "ModuleList" and len(m) == total]
    if not lists:
        raise ValueError(f"freeze={count}: a {type(model).__name__} shows no layers to freeze")
    layers = list(lists[0])
    if count >= len(layers):
        raise ValueError(
            f"freeze={count}: this model has {len(layers)} layers, one of which at least is tuned"
        )
    above = {id(parameter) for layer in layers[count:] for parameter in layer.parameters()}
    for parameter in model.parameters():  # in their order, the embeddings first
        if id(parameter) in above:
            return
        parameter.requires_grad_(False)


@contextmanager
def adapters(model: Any, rank: int | None) -> Iterator[None]:
    """Train matrices of a low rank beside the weights (LoRA); merge them into these afterwards."""
    if rank is None:
        yield
        return
    from peft import LoraConfig, LoraModel

    config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear")
    tuner = LoraModel(model, config, "default")
    yield
    tuner.merge_and_unload()


@contextmanager
def mixed(model: Any, share: float) -> Iterator[None]:
    """Train inside; then take the mean of the weights before and after, with this share."""
    if share == 1:
        yield
        return
    import torch

    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    yield
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.lerp_(before[name].to(weight.device), 1 - share)
