"""Checkpoints that travel in the folder of a saved model."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from langalign_sk.encoders._checkpoint import (
    CODE_FREE,
    Checkpoint,
    checkpoint_files,
    content_digest,
)
from langalign_sk.encoders._hub_encoder import checkpoint_of
from langalign_sk.encoders._hub_model import HubModel
from langalign_sk.encoders._packaged import USE
from langalign_sk.encoders._sound_files import check_files

_HUB_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,95}(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,95})?")
_LICENCE = re.compile(r"^license:[ \t]*([A-Za-z0-9][A-Za-z0-9_. +-]{0,60})[ \t]*$", re.MULTILINE)


def kind_of_name(name: str) -> str:
    """Tell what the name of an encoder leads to: a "package", a "folder", or one of the "hub"."""
    if name == USE:
        return "package"
    named = _HUB_NAME.fullmatch(name) is not None and ".." not in name
    return "hub" if named and not Path(name).is_dir() else "folder"


def local_checkpoint(settings: HubModel) -> Checkpoint | None:
    """Find a named checkpoint on this machine; None where it is not."""
    try:
        found = checkpoint_of(settings, ask_hub=False)
    except (OSError, TypeError, ValueError):
        return None
    return found if found is not None and found.is_local else None


def fingerprint_of(folder: Path, backend: str = "torch") -> str:
    """Return the fingerprint that an encoder in a folder has."""
    kind = "folder" if backend == "torch" else f"{backend} folder"
    return f"{kind}:{content_digest(folder, checkpoint_files(folder, backend))}"


def copy_checkpoint(settings: HubModel, place: Path) -> Checkpoint:
    """Copy the files of a named checkpoint to a new folder; weights in pickle stay behind."""
    found = local_checkpoint(settings)
    if found is None:
        raise ValueError(
            f"include_weights=True: {settings.model!r} is not on this machine. Encode a text with "
            "it, which downloads it, and save again"
        )
    source = Path(found.source)
    files = [
        file for file in checkpoint_files(source, settings.backend) if file.name.endswith(CODE_FREE)
    ]
    names = {file.relative_to(source).as_posix(): file for file in files}
    if not any(name.endswith((".safetensors", ".onnx")) for name in names):
        raise ValueError(
            f"include_weights=True: {settings.model!r} has no weights in .safetensors. Load it "
            "with sentence-transformers, save it again (save_pretrained), and name that folder"
        )
    check_files(names, lambda name: names[name].read_bytes())
    for name, file in names.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place / name)
    return found


def licence_of(folder: Path) -> str | None:
    """Return the licence that a checkpoint's card names, if there is one on this machine."""
    try:
        text = (folder / "README.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    head = text.split("\n---", 1)[0] if text.startswith("---") else ""
    found = _LICENCE.search(head)
    return found.group(1).strip() if found else None
