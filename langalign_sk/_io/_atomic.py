"""Folders that are replaced whole or not at all, also when the power goes or a writer is killed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langalign_sk._io._files import (
    atomic_file,
    disk_errors_name,
    hold,
    is_abandoned,
    keep_rights,
    real_path,
    release,
    sibling,
    sync_folder,
)

_VERSION = re.compile(r"data-[0-9a-f]{12}")


@contextmanager
def atomic_folder(path: str | os.PathLike[str], *, marker: str | Sequence[str]) -> Iterator[Path]:
    """Give a new folder beside `path` to fill; it takes the name `path` if the block succeeds.

    The name leads to the old folder or to the new one at every instant, after a loss of power too,
    on Linux and macOS; elsewhere there is an instant between two renames. What killed writers of
    the same folder left beside it is removed.

    Parameters
    ----------
    path : path
        The folder to write. One that exists is replaced as a whole if it is empty or holds a file
        `marker`; any other is refused, so that no foreign files are lost.
    marker : str or sequence of str
        Name of a file that every folder of this kind holds; of several, each holds one.
    """
    target = real_path(path)
    _refuse_others(target, marker)
    ends = sibling(target).name[len(".123456789abc") :]
    _remove_abandoned(target.parent, re.compile(rf"\.[0-9a-f]{{12}}{re.escape(ends)}"))
    new, descriptor = _open_new(lambda: sibling(target))
    try:
        with disk_errors_name(target):
            yield new
            _sync_tree(new)
        if target.exists():
            keep_rights(new, target.stat())
        _replace_folder(new, target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(new, ignore_errors=True)  # half of the new folder, or the old one
        _close(descriptor)


@dataclass
class Version:
    """A version of a folder's content: where it is written, and what the file that names it says.

    The block sets `pointer`, in which ``folder.name`` has to stand.
    """

    folder: Path
    pointer: str = ""


@contextmanager
def new_version(path: str | os.PathLike[str], *, pointer: str) -> Iterator[Version]:
    """Give a new folder inside `path` to fill; it counts once the file `pointer` names it.

    That file is replaced in one step, by what the block puts into ``Version.pointer``: readers find
    the old version or the new one at every instant, after a loss of power too, and on every
    system. Then the old one goes, with what killed writers left. Whoever reads the pointer just
    before finds the old version's files gone, and reads it again.

    Parameters
    ----------
    path : path
        The folder. One with other files than `pointer` and versions is refused.
    pointer : str
        Name of the file.
    """
    target = real_path(path)
    _refuse_others(target, pointer)
    target.mkdir(exist_ok=True)
    folder, descriptor = _open_new(lambda: target / f"data-{secrets.token_hex(6)}")
    version = Version(folder)
    try:
        with disk_errors_name(target):
            yield version
            _sync_tree(folder)
        for above in (target, target.parent):
            sync_folder(above)
        with _locked(target):
            # Known to be finished, also where no lock can tell.
            versions = [path for path in target.iterdir() if _VERSION.fullmatch(path.name)]
            replaced = [path for path in versions if _names(target / pointer, path)]
            with atomic_file(target / pointer, private=False) as file:
                file.write(version.pointer.encode())
            for path in replaced:
                shutil.rmtree(path, ignore_errors=True)
            _remove_abandoned(target, _VERSION, but=folder)
    except BaseException:
        if not _names(target / pointer, folder):  # an interrupt may come when it does already
            shutil.rmtree(folder, ignore_errors=True)
            with contextlib.suppress(OSError):
                target.rmdir()  # where it is empty
        raise
    finally:
        _close(descriptor)


def _refuse_others(target: Path, marker: str | Sequence[str]) -> None:
    """Refuse to write over a folder that holds other things than a marker or unused versions."""
    if not target.exists():
        return
    if not target.is_dir():
        raise ValueError(f"{target} is a file; a folder name is needed")
    markers = (marker,) if isinstance(marker, str) else marker
    known = any((target / name).exists() for name in markers)
    if not known and not all(map(_VERSION.fullmatch, os.listdir(target))):
        raise ValueError(
            f"{target} holds other files (no {' or '.join(markers)}) and is not overwritten: "
            "choose a new or an empty folder"
        )


def _open_new(name: Callable[[], Path]) -> tuple[Path, int | None]:
    """Make a folder and hold it, which shows that its writer lives."""
    while True:
        path = name()
        path.mkdir()
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue  # taken for a leftover between the two steps
        except OSError:  # a system that opens no folders
            return path, None
        if hold(descriptor) and os.fstat(descriptor).st_nlink:
            return path, descriptor
        os.close(descriptor)


def _close(descriptor: int | None) -> None:
    if descriptor is not None:
        release(descriptor)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other writers of a folder waiting, where the system can."""
    descriptor = None
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        hold(descriptor, wait=True)
    try:
        yield
    finally:
        _close(descriptor)


def _remove_abandoned(folder: Path, name: re.Pattern[str], but: Path | None = None) -> None:
    """Delete the folders of some name in which no living process is writing."""
    for path in folder.iterdir():
        ours = name.fullmatch(path.name) and path != but
        if ours and path.is_dir() and not path.is_symlink() and is_abandoned(str(path)):
            shutil.rmtree(path, ignore_errors=True)


def _names(pointer: Path, folder: Path) -> bool:
    """Tell whether a file names a folder."""
    try:
        return folder.name.encode() in pointer.read_bytes()
    except OSError:
        return False


def _sync_tree(folder: Path) -> None:
    """Bring all files in a folder, and their names, to the disk."""
    for place, _, files in os.walk(folder):
        for name in files:
            # Windows wants the right to write; elsewhere a file may be without it.
            with open(os.path.join(place, name), "r+b" if os.name == "nt" else "rb") as file:
                os.fsync(file.fileno())
        sync_folder(Path(place))


def _replace_folder(new: Path, target: Path) -> None:
    """Give `new` the name `target`; what was there is `new` by then, or gone."""
    if _exchange(new, target):
        return
    if not target.exists():
        os.rename(new, target)
        return
    old = sibling(target)  # a folder that is not empty cannot be renamed over
    os.rename(target, old)
    try:
        os.rename(new, target)
    except BaseException:
        os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change names in one step, where the system and the disk can."""
    if os.name != "posix":
        return False
    names = [os.fsencode(path) for path in (one, other)]
    system: Any = ctypes.CDLL(None)
    if hasattr(system, "renameat2"):  # Linux
        at = -100  # relative names are those of the working directory
        return bool(system.renameat2(at, names[0], at, names[1], 2) == 0)
    return hasattr(system, "renamex_np") and bool(system.renamex_np(*names, 2) == 0)  # macOS
