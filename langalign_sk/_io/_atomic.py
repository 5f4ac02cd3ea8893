"""Folders that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from langalign_sk._io._files import real_path, sibling


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
    target = real_path(path)
    if target.exists():
        if not target.is_dir():
            raise ValueError(f"{target} is a file; a folder name is needed")
        if any(target.iterdir()) and not (target / marker).is_file():
            raise ValueError(
                f"{target} holds other files (no {marker} among them) and is not overwritten: "
                "choose a new or an empty folder"
            )
    temporary = sibling(target)
    temporary.mkdir()
    try:
        yield temporary
        _replace_folder(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _replace_folder(new: Path, target: Path) -> None:
    """Give `new` the name `target`: a folder that is not empty cannot be renamed over."""
    old = sibling(target)
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
