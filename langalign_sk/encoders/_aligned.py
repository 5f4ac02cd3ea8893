"""An encoder with a map behind it, as one checkpoint of sentence-transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from langalign_sk._io import atomic_folder
from langalign_sk._numeric import FloatArray
from langalign_sk.encoders._base import base_model, write_checkpoint
from langalign_sk.encoders._hub_encoder import checkpoint_of
from langalign_sk.encoders._hub_model import HubModel, check_only, is_name
from langalign_sk.encoders._losses import modules
from langalign_sk.encoders._packaged import USE


def write_aligned(
    settings: HubModel,
    folder: Path,
    *,
    normalize: bool,
    coef: FloatArray | None = None,
    intercept: FloatArray | None = None,
) -> None:
    """Write a checkpoint that gives what a model gives, moved by an affine map."""
    import torch
    from sentence_transformers import SentenceTransformer

    if not is_name(settings.model):
        raise TypeError(
            f"the encoder is a {type(settings.model).__name__} object: an export begins with the "
            "name or folder of a checkpoint"
        )
    check_only(
        settings,
        *("revision", "max_length", "long_texts", "batch_size", "device", "token_env"),
        what="an encoder that is exported",
    )
    checkpoint = checkpoint_of(settings)
    if checkpoint is None or checkpoint.name == USE:
        raise ValueError(f"{settings.model!r} is no checkpoint of torch")
    model = base_model(checkpoint, "cpu", settings.max_length)
    parts: list[Any] = list(model.children())
    if normalize:
        parts.append(modules().Normalize())
    if coef is not None and intercept is not None:
        width = len(model.encode(".", show_progress_bar=False))
        if width != len(coef):
            raise ValueError(
                f"{settings.model!r} gives vectors of {width} numbers, but the map was learned "
                f"from vectors of {len(coef)}: give the encoder that it was learned with"
            )
        weight, bias = (torch.tensor(np.array(own, np.float32)) for own in (coef.T, intercept))
        identity: Any = torch.nn.Identity()
        parts.append(
            modules().Dense(
                *coef.shape, activation_function=identity, init_weight=weight, init_bias=bias
            )
        )
    whole = SentenceTransformer(modules=parts, device="cpu")
    with atomic_folder(folder, marker="modules.json") as place:
        write_checkpoint(whole, place)
