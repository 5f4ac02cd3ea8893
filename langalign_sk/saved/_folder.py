"""The folder of a saved model: its files by name, size and digest, and no others."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langalign_sk.saved._encoders import CARRIED
from langalign_sk.saved._strict import read_json, write_json

MODEL = "model.json"
ARRAYS = "arrays.safetensors"
MANIFEST = "manifest.json"
CARD = "README.md"
#: What a monitor keeps beside a model. It is learned anew when the model is not, so that no
#: manifest lists it; it has a digest of its own, and nothing of it is read with the model.
REFERENCE_FILE = "reference.safetensors"
KIND = "a model of langalign_sk"
#: The first number changes when old versions could not be read any more.
FORMAT = (1, 0)
_MOST = {MANIFEST: 16 * 2**20, MODEL: 512 * 2**20}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*){0,5}")
#: Ends of names of what may stand beside a model, such as a report; nothing is read from it.
_BESIDE = (".csv", ".html", ".json", ".jsonl", ".md", ".safetensors", ".tsv", ".txt", ".xlsx")
_AGAIN = "copy the folder again from where it was made, or save the model again"


@dataclass(frozen=True)
class Source:
    """Where the files of a model are read from.

    `place` leads to a file. In a folder of the user's nothing but the files of the manifest may
    stand, and none of them may be a link; in the Hub's cache they always are.
    """

    folder: Path
    place: Callable[[str], Path]
    is_own: bool = True


def of_folder(folder: Path) -> Source:
    """Return a folder on this machine as a source."""
    return Source(folder, lambda name: folder / name)


def write_manifest(folder: Path, about: dict[str, Any]) -> None:
    """Write the list of all files in a folder, with their sizes and digests."""
    files = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if not _NAME.fullmatch(name):
            raise ValueError(f"a saved model holds no file of the name {name!r}")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        files[name] = {"size": path.stat().st_size, "sha256": digest}
    described = {"kind": KIND, "format": list(FORMAT), **about, "files": files}
    (folder / MANIFEST).write_bytes(_sealed(described))


def read_manifest(source: Source) -> dict[str, Any]:
    """Read the manifest, byte for byte as it was written."""
    data = _read(source, MANIFEST, None)
    path = source.folder / MANIFEST
    try:
        manifest: dict[str, Any] = read_json(data, MANIFEST)
        digest = manifest.pop("digest")
        sound = data == _sealed(manifest) and isinstance(digest, str)
    except (ValueError, AttributeError, KeyError, TypeError):
        sound, manifest = False, {}
    if not sound:
        raise ValueError(f"{path} is damaged: {_AGAIN}")
    if manifest.get("kind") != KIND:
        raise ValueError(f"{path} does not describe {KIND}")
    number = manifest.get("format")
    if not (isinstance(number, list) and len(number) == 2 and all(type(n) is int for n in number)):
        raise ValueError(f"{path} has no format")
    if number[0] != FORMAT[0] or number[1] > FORMAT[1]:
        raise ValueError(
            f"{path} has the format {number[0]}.{number[1]}, this version of langalign_sk reads "
            f"{FORMAT[0]}.{FORMAT[1]}: install langalign-sk "
            f"{str(manifest.get('langalign_sk'))[:20]}, which wrote it, or a newer one"
        )
    _check_listing(manifest, path)
    return manifest


def read_files(source: Source, manifest: dict[str, Any]) -> dict[str, bytearray]:
    """Read the files that make up a model; all others that belong to it are compared."""
    files = manifest["files"]
    if source.is_own:
        _refuse_others(source.folder, files)
    found = {}
    for name, entry in files.items():
        if name == CARD and not (source.is_own and (source.folder / CARD).exists()):
            continue  # nothing is read from it
        keep = name in (MODEL, ARRAYS)
        data = _read(source, name, entry, keep=keep)
        if keep:
            found[name] = data
    return found


def _read(
    source: Source, name: str, entry: dict[str, Any] | None, *, keep: bool = True
) -> bytearray:
    """Read a file whose size and digest are known, or one of a bounded size."""
    path = source.place(name)
    known = source.folder / name
    try:
        links = getattr(os, "O_NOFOLLOW", 0) if source.is_own else 0
        file = os.open(path, os.O_RDONLY | links | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if source.is_own and path.is_symlink():
            raise ValueError(f"{known} is a link; a saved model holds none") from None
        if isinstance(error, FileNotFoundError):
            raise ValueError(f"{known} is not there: {_AGAIN}") from None
        raise
    with os.fdopen(file, "rb") as handle:
        found = os.fstat(handle.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise ValueError(f"{known} is no file")
        if found.st_size > _MOST.get(name, found.st_size):
            raise ValueError(f"{known} has {found.st_size:,} bytes, more than such a file may have")
        if entry is not None and entry["size"] != found.st_size:
            raise ValueError(
                f"{known} has {found.st_size:,} bytes, not {entry['size']:,}: {_AGAIN}"
            )
        digest, data, left = hashlib.sha256(), bytearray(), found.st_size
        while left and (block := handle.read(min(left, 2**22))):
            digest.update(block)
            left -= len(block)
            if keep:
                data += block
    if left or (entry is not None and digest.hexdigest() != entry["sha256"]):
        raise ValueError(
            f"{known} is not the file that was written, but damaged or changed: {_AGAIN}"
        )
    return data


def _sealed(described: dict[str, Any]) -> bytes:
    """Return the bytes of a manifest, which end in their own digest."""
    digest = hashlib.sha256(write_json(described)).hexdigest()
    return write_json({**described, "digest": digest})


def _check_listing(manifest: dict[str, Any], path: Path) -> None:
    """Raise unless files are listed as files are."""
    files = manifest.get("files")
    if not isinstance(files, dict) or MODEL not in files or ARRAYS not in files:
        raise ValueError(f"{path} lists no files of a model")
    for name, entry in files.items():
        named = _NAME.fullmatch(name) is not None and name != MANIFEST
        if not (named and (name.startswith(f"{CARRIED}/") or name.endswith(_BESIDE))):
            raise ValueError(f"{path} lists the file {name[:80]!r}, which no saved model holds")
        size, digest = (
            (entry.get("size"), entry.get("sha256")) if isinstance(entry, dict) else (None, None)
        )
        if type(size) is not int or size < 0 or not isinstance(digest, str):
            raise ValueError(f"{path} does not say what {name[:80]!r} is")


def _refuse_others(folder: Path, files: dict[str, Any]) -> None:
    """Raise for links, and for files that the manifest does not list."""
    for place, folders, names in os.walk(folder):
        below = Path(place).relative_to(folder)
        if below == Path():  # hidden ones on top are those of git and of file managers
            folders[:] = [name for name in folders if not name.startswith(".")]
            names = [name for name in names if not name.startswith(".")]
        for name in [*folders, *names]:
            own = (below / name).as_posix()
            if (folder / own).is_symlink():
                raise ValueError(f"{folder / own} is a link; a saved model holds none")
            if name in names and own not in (*files, MANIFEST, REFERENCE_FILE):
                raise ValueError(
                    f"{folder / own} does not belong to the saved model: nothing else may stand in "
                    "its folder; take it out if you know where it comes from"
                )


def carried_of(files: dict[str, Any]) -> dict[str, list[str]]:
    """Return the encoders that came along: names of their files by folder."""
    found: dict[str, list[str]] = {}
    for name in files:
        parts = name.split("/")
        if parts[0] == CARRIED and len(parts) > 2:
            found.setdefault("/".join(parts[:2]), []).append("/".join(parts[2:]))
    return found
