"""Reading a model."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from langalign_sk.encoders import check_files
from langalign_sk.saved._decode import Decoder
from langalign_sk.saved._encoders import Places
from langalign_sk.saved._folder import (
    ARRAYS,
    MANIFEST,
    MODEL,
    Source,
    carried_of,
    of_folder,
    read_files,
    read_manifest,
)
from langalign_sk.saved._rules import Allowed
from langalign_sk.saved._strict import read_json
from langalign_sk.saved._tensors import read_tensors
from langalign_sk.saved._versions import differences


def load(
    folder: str | os.PathLike[str],
    *,
    model_map: Mapping[str, Any] | None = None,
    cache: Any = "memory",
    trust_remote_code: bool = False,
    token_env: str | None = None,
    given: Mapping[str, Any] | None = None,
) -> Any:
    """Read a model that `save` wrote, without running anything of it.

    The files are compared with their digests, sizes are compared before arrays are made, and only
    classes of a fixed list are made. No file outside of the folder is opened and nothing is
    downloaded; an encoder that is saved by its name is fetched when the model is first used.

    Parameters
    ----------
    folder : path
        The folder.
    model_map : mapping, default=None
        What to take instead of the encoders that the file names: a name, a folder or an object for
        each name. An encoder behind a server's address, and one in a folder of another machine,
        is used only if it is named here.
    cache : "memory", path, cache or None, default="memory"
        Where extractors of the model keep vectors; what the file says is not believed.
    trust_remote_code : bool, default=False
        Let encoders run the code that they bring along.
    token_env : str, default=None
        Environment variable with the token for private encoders of the Hub.
    given : mapping, default=None
        Values for the places that were left out when the model was saved.

    Returns
    -------
    estimator

    Warns
    -----
    UserWarning
        Once for what the file asks for and does not get, and once for other versions.

    See Also
    --------
    save : Writes it.
    from_pretrained : Reads one of the Hugging Face Hub.
    """
    place = Path(folder)
    _refuse_other_files(place)
    allowed = Allowed(trust_remote_code, cache, token_env)
    return read(of_folder(place), model_map=model_map, allowed=allowed, given=given)


def read(
    source: Source,
    *,
    model_map: Mapping[str, Any] | None,
    allowed: Allowed,
    given: Mapping[str, Any] | None,
) -> Any:
    """Read a model whose files are in a folder or in the Hub's cache."""
    manifest = read_manifest(source)
    files = read_files(source, manifest)
    carried = carried_of(manifest["files"])
    where = source.folder / MODEL
    try:
        for own, names in carried.items():
            check_files(names, partial(_content, source, own))
        arrays = read_tensors(memoryview(files.pop(ARRAYS)), ARRAYS)
        places = Places(source.folder, carried, model_map)
        decoder = Decoder(arrays, allowed, places, given or {})
        model = decoder.decode(read_json(files.pop(MODEL), MODEL))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    except (RecursionError, MemoryError, OverflowError) as error:
        raise ValueError(f"{where} is too large or too deep to be read") from error
    places.check_map()
    _tell(source.folder, allowed, differences(manifest.get("versions")))
    return model


def _content(source: Source, folder: str, name: str) -> bytes:
    return source.place(f"{folder}/{name}").read_bytes()


def _tell(folder: Path, allowed: Allowed, others: list[str]) -> None:
    """Warn of what was not believed, and of other versions."""
    if allowed.ignored:
        warnings.warn(
            f"{folder}: not believed of a file, and left out: {', '.join(allowed.ignored)}. Where "
            "you want it, say so to load()",
            UserWarning,
            stacklevel=4,
        )
    if others:
        warnings.warn(
            f"{folder} was saved with {', '.join(others)}: results may differ. Fit the model again "
            "with the installed versions, or install those",
            UserWarning,
            stacklevel=4,
        )


def _refuse_other_files(place: Path) -> None:
    """Say what to do with models that were saved in another way."""
    joblibs = [place / "model.joblib"] if place.is_dir() and not (place / MODEL).exists() else []
    if place.is_file():
        with place.open("rb") as file:
            start = file.read(4)
        if place.name == MANIFEST or place.name in (MODEL, ARRAYS):
            raise ValueError(f"{place} is part of a saved model: load the folder {place.parent}")
        if start[:2] == b"PK":
            raise ValueError(f"{place} looks like a file of skops: read it with skops.io.load")
        joblibs = [place]
    if joblibs and joblibs[0].is_file():
        raise ValueError(
            f"{joblibs[0]} was saved with joblib or pickle, and loading it can run any code, so "
            "that load() does not. Where you trust who made it, write it once more: "
            f"save(joblib.load({str(joblibs[0])!r}), 'folder')"
        )
    if not place.is_dir():
        raise ValueError(f"{place} does not exist; give the folder that save() wrote")
    if not (place / MANIFEST).exists() and not (place / MANIFEST).is_symlink():
        raise ValueError(f"{place} holds no saved model: it has no {MANIFEST}")
