"""The checkpoint that training begins with, and what it needs to train."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

from langalign_sk.encoders._checkpoint import Checkpoint
from langalign_sk.encoders._hub_encoder import checkpoint_of
from langalign_sk.encoders._hub_model import HubModel, is_name
from langalign_sk.encoders._layers import language_model
from langalign_sk.encoders._loading import load_base, quiet
from langalign_sk.encoders._packaged import USE
from langalign_sk.encoders._transformers import check_max_length

_NEEDED = {"tune": ("accelerate", "datasets"), "lora": ("peft",)}


def needed(owner: str, *extras: str) -> None:
    """Raise where packages are missing; say with which extra they come."""
    for extra in extras:
        missing = [name for name in _NEEDED[extra] if not _is_there(name)]
        if missing:
            raise ImportError(
                f"{owner}.fit needs {' and '.join(missing)}: pip install 'langalign-sk[{extra}]'. "
                "What is fitted already needs neither"
            )


def _is_there(name: str) -> bool:
    """Tell whether a package can be imported."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def base_name(model: Any, owner: str) -> str:
    """Return the name or folder of a checkpoint that may be trained."""
    if not is_name(model) or os.fspath(model) == USE:
        shown = repr(model) if is_name(model) else type(model).__name__
        raise TypeError(
            f"{owner}: model must be the name or folder of a sentence-transformers or "
            f"transformers checkpoint, got {shown}"
        )
    return str(os.fspath(model))


def base_checkpoint(model: Any, owner: str) -> Checkpoint:
    """Return the checkpoint of a name or folder that may be trained."""
    found = checkpoint_of(HubModel(base_name(model, owner)))
    assert found is not None
    return found


def base_model(
    checkpoint: Checkpoint, device: Any, max_length: int | None, **model_kwargs: Any
) -> Any:
    """Load a checkpoint as a SentenceTransformer to be trained, or to become something else."""
    model = load_base(checkpoint, device, **model_kwargs)
    if max_length is not None:
        check_max_length(max_length, model.tokenizer, language_model(model))
        model.max_seq_length = max_length
    return model


def write_checkpoint(model: Any, folder: Path) -> None:
    """Write a SentenceTransformer as a plain checkpoint, without a card."""
    with quiet(True):
        model.save_pretrained(str(folder), create_model_card=False)
