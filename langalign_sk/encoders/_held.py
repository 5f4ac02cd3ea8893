"""Checkpoints held in memory, as the bytes of their files: saved by value, loaded when needed."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk._process import load_once
from langalign_sk.encoders._checkpoint import Checkpoint, checkpoint_files
from langalign_sk.encoders._hub_encoder import HubEncoder
from langalign_sk.encoders._hub_model import (
    HubModel,
    check_only,
    defining,
    devices,
    specification,
)
from langalign_sk.encoders._loading import load
from langalign_sk.encoders._sound_files import check_files


class HeldCheckpoint:
    """The files of a sentence-transformers checkpoint.

    Their digest is that of a folder with the same files: vectors of both are one in every cache.
    """

    def __init__(self, files: dict[str, npt.NDArray[np.uint8]], fingerprint: str) -> None:
        self.files = files
        self.fingerprint = fingerprint

    @classmethod
    def read(cls, folder: Path) -> HeldCheckpoint:
        """Take in a folder."""
        files = {
            path.relative_to(folder).as_posix(): np.fromfile(path, dtype=np.uint8)
            for path in sorted(checkpoint_files(folder))
        }
        return cls(files, _fingerprint(files))

    def write(self, folder: Path) -> None:
        """Write the files into a folder, unless they are not those that were read."""
        if _fingerprint(self.files) != self.fingerprint:
            raise ValueError(
                "this saved encoder is damaged: its weights are not those that were tuned. Load "
                "another copy of the file, or fit and save it again"
            )
        check_files(self.files, lambda name: self.files[name].tobytes())
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            content.tofile(path)

    def encoder(self, settings: HubModel, name: str) -> HubEncoder:
        """Return what encodes with it; the model is loaded when first needed, once."""
        check_only(
            settings,
            *("pooling", "layer", "prompt", "max_length", "long_texts", "truncate_dim"),
            *("batch_size", "dtype", "device", "trust_remote_code"),
            what=f"{name}, which is held in memory",
        )
        places = devices(settings)
        key = (self.fingerprint, settings.dtype, places, settings.backend)
        return HubEncoder(
            settings,
            name=name,
            spec=specification(self.fingerprint, *defining(settings)),
            weights=None,
            key=key,
            loaded=lambda n: load_once(
                (*key, n), lambda: self._load(settings, places[n], name), owner=self
            ),
        )

    def _load(self, settings: HubModel, device: str | None, name: str) -> Any:
        """Load the model, by way of a folder that is gone afterwards."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
            self.write(Path(place))
            checkpoint = Checkpoint(name, name, place, self.fingerprint, True)
            return load(checkpoint, settings, device)


def _fingerprint(files: dict[str, npt.NDArray[np.uint8]]) -> str:
    """Return the fingerprint of a folder with these files."""
    digest = hashlib.blake2b(digest_size=16)
    for name, content in files.items():
        own = hashlib.blake2b(np.ascontiguousarray(content).data, digest_size=16).hexdigest()
        digest.update(f"{name}\0{own}\n".encode())
    return f"folder:{digest.hexdigest()}"
