"""One vector per text out of the hidden states of its tokens."""

from __future__ import annotations

from typing import Any


def pool(states: Any, mask: Any, mode: str) -> Any:
    """One vector per text out of (texts, tokens, width) hidden states; padding does not count."""
    import torch

    rows = torch.arange(len(states), device=states.device)
    keep = mask.bool()
    if mode == "cls":  # the first real token: not the first column where padding is on the left
        return states[rows, keep.int().argmax(dim=1)]
    if mode == "last":
        return states[rows, mask.shape[1] - 1 - keep.int().flip(1).argmax(dim=1)]
    if mode == "max":
        return states.masked_fill(~keep[:, :, None], -torch.inf).max(dim=1).values
    weights = keep.to(states.dtype)
    if mode == "weighted-mean":  # the later the heavier: the n-th token counts n times
        weights = weights * weights.cumsum(dim=1)
    # As a product of matrices: the weighted states themselves are never written down.
    sums = torch.bmm(weights[:, None, :], states)[:, 0]
    return sums / weights.sum(dim=1, keepdim=True).clamp(min=1)


def layer_index(layer: Any, config: Any) -> int:
    """Index of a layer given by index or by fraction; 0 is the output of the embeddings."""
    count = getattr(config, "num_hidden_layers", None)
    if isinstance(layer, float):
        if count is None:
            raise ValueError(f"layer={layer}: this model does not tell how many layers it has")
        return round(layer * int(count))
    index = int(layer)
    if count is not None and not -count - 1 <= index <= count:
        raise ValueError(
            f"layer={layer}: this model has layers 0 (the embeddings) to {count}, or -1 (the last) "
            f"to {-count - 1}"
        )
    return index
