"""Encoders that a model names: written as names, carried along on request, redirected on load."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from langalign_sk.encoders import (
    HttpEncoder,
    HubModel,
    OnnxEncoder,
    copy_checkpoint,
    fingerprint_of,
    is_name,
    kind_of_name,
    licence_of,
    local_checkpoint,
)

#: Folder of the encoders that travel with a model.
CARRIED = "encoders"


@dataclass
class Weights:
    """What is done about encoders by name while a model is written.

    `folder` is that of the model where weights are to be carried along, else None. `found` is what
    the card says about each.
    """

    folder: Path | None = None
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def described(self, settings: HubModel) -> dict[str, Any]:
        """Return what is written of a named model."""
        name = str(os.fspath(settings.model))
        known: dict[str, Any] = {"kind": kind_of_name(name), "name": name}
        key = f"{name}@{settings.revision or ''}:{settings.backend}"
        if key in self.found:
            return self.found[key]
        if known["kind"] == "package":
            self.found[key] = known
            return known
        checkpoint = local_checkpoint(settings)
        if self.folder is not None:
            own = f"{CARRIED}/{sum('carried' in one for one in self.found.values())}"
            checkpoint = copy_checkpoint(settings, self.folder / own)
            known["carried"] = own
            known["content"] = fingerprint_of(self.folder / own, settings.backend)
        elif checkpoint is not None and known["kind"] == "folder":
            known["content"] = fingerprint_of(Path(checkpoint.source), settings.backend)
        if checkpoint is not None:
            licence = licence_of(Path(checkpoint.source))
            known |= {} if licence is None else {"licence": licence}
        self.found[key] = known
        return known

    def onnx(self, encoder: OnnxEncoder) -> dict[str, Any]:
        """Return what is written of an exported encoder."""
        name = str(encoder.folder)
        known: dict[str, Any] = {"kind": "onnx", "name": name, "n_threads": encoder.n_threads}
        if self.folder is not None:
            own = f"{CARRIED}/{sum('carried' in one for one in self.found.values())}"
            encoder.copy_to(self.folder / own)
            known["carried"] = own
        self.found[f"{name}:exported"] = known
        return known


def encoder_node(value: Any, weights: Weights, owner: Any = None) -> dict[str, Any] | None:
    """Return the node of an encoder that is written as a name; None for other values.

    A name is one only where `owner` holds encoders.
    """
    if isinstance(value, HttpEncoder):
        # No key, no header, no fields: whoever loads the model says how its server is asked.
        known = {"kind": "server", "name": value.url, "model": value.model}
        weights.found[value.url] = known
        return {"$": "encoder", **known}
    if isinstance(value, OnnxEncoder):
        return {"$": "encoder", **weights.onnx(value)}
    if owner is not None and is_name(value):
        settings = owner if isinstance(owner, HubModel) else HubModel(value)
        return {"$": "encoder", **weights.described(settings)}
    return None


class Places:
    """Where the encoders of a loaded model are: named, carried along, or said by the caller.

    Parameters
    ----------
    folder : Path
        Folder of the model.
    carried : collection of str
        Folders below it that hold an encoder, whose files have been looked at.
    model_map : mapping
        Names in the file and what stands for them here.
    """

    def __init__(
        self, folder: Path, carried: Collection[str], model_map: Mapping[str, Any] | None
    ) -> None:
        self._folder = folder
        self._carried_here = set(carried)
        self._map = {str(key): value for key, value in (model_map or {}).items()}
        self._named: dict[str, None] = {}
        #: Labels of encoders in the file: their label here, and the digest of their files.
        self.moved: dict[str, tuple[str, str | None]] = {}

    def encoder(self, node: Mapping[str, Any]) -> Any:
        """Return the encoder of a node."""
        kind, name = node.get("kind"), node.get("name")
        if not isinstance(kind, str) or not isinstance(name, str):
            raise ValueError("an encoder without a name")
        self._named[name] = None
        if name in self._map:
            given = self._map[name]
            if is_name(given):
                self._move(node, name, str(os.fspath(given)))
            return given
        carried = node.get("carried")
        if carried is not None:
            place = self._carried(carried)
            if kind == "onnx":
                return OnnxEncoder(place, n_threads=_threads(node.get("n_threads")))
            self._move(node, name, str(place))
            return str(place)
        if kind in ("hub", "package") and kind_of_name(name) == kind:
            return name
        raise ValueError(_not_here(kind, name, node.get("model")))

    def check_map(self) -> None:
        """Raise for a name in `model_map` that the file does not hold."""
        unknown = [name for name in self._map if name not in self._named]
        if unknown:
            raise ValueError(
                f"model_map: this model has no encoder {unknown[0]!r}; it has {list(self._named)}"
            )

    def _carried(self, carried: Any) -> Path:
        """Return the folder of an encoder that came along."""
        if carried not in self._carried_here:
            raise ValueError(f"the encoder {str(carried)[:60]!r} did not come along")
        return self._folder / str(carried)

    def _move(self, node: Mapping[str, Any], name: str, now: str) -> None:
        content = node.get("content")
        self.moved[name] = (now, content if isinstance(content, str) else None)


def _threads(value: Any) -> int | None:
    return value if type(value) is int and 0 < value < 4096 else None


def _not_here(kind: str, name: str, model: Any) -> str:
    """Say what to do about an encoder that is not on this machine."""
    if kind == "server":
        return (
            f"its encoder is a server, which a file may not have asked: to allow that, load(..., "
            f"model_map={{{name!r}: HttpEncoder({name!r}, {str(model)!r})}}), with api_key_env= "
            "where it wants a key"
        )
    return (
        f"its encoder {name!r} is a folder of the machine where it was saved: say where it is, "
        f"load(..., model_map={{{name!r}: 'folder'}}), or save it with include_weights=True"
    )
