"""Plain checkpoints of transformers: hidden states, pooled over the attention mask."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from langalign_sk.text._checkpoint import Checkpoint
from langalign_sk.text._settings import Settings

# A tokenizer without a limit of its own reports 10**30.
_NO_LIMIT = 10**6


class Transformer:
    """A language model and its tokenizer that follow `Settings`."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self._model = model
        self._tokenizer = tokenizer

    def width(self, settings: Settings) -> int | None:
        """Width of the hidden states."""
        width = getattr(self._model.config, "hidden_size", None)
        return None if width is None else int(width)

    def encode(
        self, texts: list[str], settings: Settings, batch_size: int, *, pooling: str | None = None
    ) -> Any:
        """Vectors of the texts; the caller holds the model's lock."""
        import torch

        check_layer(settings.layer, self._model.config)
        max_length = settings.max_length
        if max_length is not None:
            check_max_length(max_length, self._tokenizer, self._model)
        else:
            max_length = self._default_length()
        texts = encodable([f"{settings.prompt or ''}{text}" for text in texts])
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        parts = []
        with torch.inference_mode():
            for start in range(0, len(order), batch_size):
                batch = self._tokenizer(
                    [texts[row] for row in order[start : start + batch_size]],
                    padding=True,
                    truncation=max_length is not None,
                    max_length=max_length,
                    return_tensors="pt",
                ).to(self._model.device)
                every_layer = settings.layer is not None
                output = self._model(**batch, output_hidden_states=every_layer)
                states = (
                    output.hidden_states[settings.layer]
                    if every_layer
                    else output.last_hidden_state
                )
                mode = pooling or settings.pooling or "mean"
                pooled = pool(states.float(), batch["attention_mask"], mode)
                parts.append(pooled.cpu().numpy())
        stacked = np.concatenate(parts)
        vectors = np.empty_like(stacked)
        vectors[order] = stacked
        return vectors

    def _default_length(self) -> int | None:
        """Longest text in tokens that tokenizer and model both take."""
        known = [self._tokenizer.model_max_length, position_limit(self._model)]
        limits = [limit for limit in known if limit is not None and limit < _NO_LIMIT]
        return min(limits) if limits else None


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
    weights = keep[:, :, None].to(states.dtype)
    return (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)


def check_layer(layer: int | None, config: Any) -> None:
    """Refuse a layer that the model does not have; 0 is the output of the embeddings."""
    count = getattr(config, "num_hidden_layers", None)
    if layer is not None and count is not None and not -count - 1 <= layer <= count:
        raise ValueError(
            f"layer={layer}: this model has layers 0 (the embeddings) to {count}, or -1 (the last) "
            f"to {-count - 1}"
        )


def check_max_length(max_length: int, tokenizer: Any, model: Any) -> None:
    """Refuse a length without room for a word, or beyond the positions that a model knows."""
    special = tokenizer.num_special_tokens_to_add()
    limit = position_limit(model)
    if max_length <= special or (limit is not None and max_length > limit):
        upper = "" if limit is None else f" and at most {limit}"
        raise ValueError(
            f"max_length={max_length}: this model needs at least {special + 1} tokens{upper}"
        )


def position_limit(model: Any) -> int | None:
    """Return the number of tokens for which a model has positions; None without such a limit."""
    limit = getattr(getattr(model, "config", None), "max_position_embeddings", None)
    if limit is None or limit < 1:
        return None
    positions = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    padding = getattr(positions, "padding_idx", None)
    # RoBERTa and its kin count positions from behind that of the padding token.
    return int(limit) - (0 if padding is None else int(padding) + 1)


def encodable(texts: list[str]) -> list[str]:
    """Texts that tokenizers accept: halves of broken surrogate pairs become U+FFFD."""
    return [
        text
        if text.isascii()
        else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        for text in texts
    ]


def torch_dtype(dtype: str) -> dict[str, Any]:
    """Keyword for the type to load in, under its name in the installed transformers."""
    import torch
    import transformers

    major = int(transformers.__version__.split(".")[0])
    return {"torch_dtype" if major < 5 else "dtype": getattr(torch, dtype)}


def load_transformer(checkpoint: Checkpoint, settings: Settings) -> Transformer:
    """Load a plain checkpoint."""
    from transformers import AutoModel, AutoTokenizer

    where = {"revision": checkpoint.revision} if checkpoint.revision is not None else {}
    local = checkpoint.is_local
    tokenizer = AutoTokenizer.from_pretrained(checkpoint.source, local_files_only=local, **where)
    with _own_report():
        model, info = AutoModel.from_pretrained(
            checkpoint.source,
            local_files_only=local,
            output_loading_info=True,
            **where,
            **torch_dtype(settings.dtype),
        )
    # A pooler is missing in most checkpoints and not used here; a layer must not be made up.
    made_up = sorted(key for key in info["missing_keys"] if "pooler" not in key)
    if made_up:
        raise ValueError(
            f"its weights lack {len(made_up)} tensors of a {type(model).__name__}, such as "
            f"{made_up[0]!r}, which would be random numbers"
        )
    if model.config.is_encoder_decoder:
        model = model.get_encoder()
    if tokenizer.pad_token is None:  # most decoders: padding is masked, any token will do
        tokenizer.pad_token = tokenizer.eos_token
    return Transformer(model.eval().to(_device(settings.device)), tokenizer)


def _device(device: str | None) -> str:
    """Return the device asked for, else the best there is."""
    import torch

    if device is not None:
        return device
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


@contextmanager
def _own_report() -> Iterator[None]:
    """Without the report on tensors missing or unused, in place of which the caller checks."""

    def keep(record: logging.LogRecord) -> bool:
        message = record.getMessage()
        return "LOAD REPORT" not in message and "checkpoint" not in message

    logger = logging.getLogger("transformers.modeling_utils")
    logger.addFilter(keep)
    try:
        yield
    finally:
        logger.removeFilter(keep)
