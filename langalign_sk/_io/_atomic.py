"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a path beside `path` to write to; it takes the name `path` if the block succeeds.

    A reader sees the old file or the new one, never half of one. After an error the new one is
    removed and the old one is as it was.
    """
    target = _real(path)
    if target.is_dir():
        raise ValueError(f"{target} is a folder; a file name is needed")
    temporary = _sibling(target)
    try:
        yield temporary
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: str | os.PathLike[str], *, marker: str) -> Iterator[Path]:
    """Give a new folder beside `path` to fill; it takes the name `path` if the block succeeds.

    Parameters
    ----------
    path : path
        The folder to write. One that exists is replaced as a whole if it is empty or holds a file
        `marker`; any other is refused, so that no foreign files are lost.
    marker : str
        Name of a file that every folder of this kind holds.
    """
    target = _real(path)
    if target.exists():
        if not target.is_dir():
            raise ValueError(f"{target} is a file; a folder name is needed")
        if any(target.iterdir()) and not (target / marker).is_file():
            raise ValueError(
                f"{target} holds other files (no {marker} among them) and is not overwritten: "
                "choose a new or an empty folder"
            )
    temporary = _sibling(target)
    temporary.mkdir()
    try:
        yield temporary
        _replace_folder(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _real(path: str | os.PathLike[str]) -> Path:
    """Follow links and make the parent folder: a rename must not replace the link itself."""
    target = Path(path).resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _sibling(target: Path) -> Path:
    """Free name in the same folder, so on the same disk, with the same suffix."""
    return target.with_name(f".{secrets.token_hex(6)}-{target.name}")


def _replace_folder(new: Path, target: Path) -> None:
    """Give `new` the name `target`: a folder that is not empty cannot be renamed over."""
    old = _sibling(target)
    try:
        os.rename(target, old)
    except FileNotFoundError:
        os.rename(new, target)
        return
    try:
        os.rename(new, target)
    except BaseException:
        os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)
