"""Disks that are full, folders that are read-only, file systems without locks."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import resource
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from benchmarks.faults_things import CHUNK, Command, Things, content
from benchmarks.trials import in_child, same, tree
from langalign_sk import ParallelCorpus

_NEW_MOUNTS = 0x00020000  # CLONE_NEWNS
_CAPABILITIES = 0x20080522  # third version of the kernel's structure
_PASS_ANY_MODE = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
_GROWTH = 1024

Trouble = Callable[[Path], AbstractContextManager[None]]


class Thing(NamedTuple):
    """Something written to a folder: version 0 before the trouble, version 1 within it."""

    name: str
    write: Callable[[Path, int], Any]
    read: Callable[[Path], Any]


def measure(scratch: Path, say: Callable[[str], None], *, mounts: bool = True) -> dict[str, Any]:
    """Write a cache, corpora, a model and vectors where the disk does not do its part.

    Without the right to mount (or without `mounts`), a full disk is a limit on the size of files
    alone.
    """
    things = Things()
    rows, unwanted = {}, []
    troubles: dict[str, Trouble] = {
        f"no file beyond {_GROWTH // 1024} kB": _small_files,
        "read-only": _read_only,
        "no file locks": _no_locks,
    }
    scratch.mkdir(exist_ok=True)
    if mounts and not in_child(partial(_mount, scratch), value=False).how:
        troubles = {"full disk": _full, **troubles}
    works: dict[str, Callable[[Path, Trouble], tuple[str, bool]]] = {
        "cache": partial(_cached, things),
        **{thing.name: partial(_written, thing) for thing in _things(things, scratch)},
    }
    for number, (situation, trouble) in enumerate(troubles.items()):
        for name, work in works.items():
            say(f"{situation}: {name}")
            folder = scratch / f"disk{number}" / name.replace(" ", "-")
            folder.mkdir(parents=True)
            value, how = in_child(partial(_in_trouble, work, folder, trouble))
            said, fine = value or (how, False)
            rows[f"{situation}, {name}"] = {"outcome": said}
            unwanted += [f"{situation}, {name}: {said}"] * (not fine)
    return {"rows": rows, "unwanted": unwanted}


def _in_trouble(work: Any, folder: Path, trouble: Trouble) -> tuple[str, bool]:
    """Do the work in this process, in a file system of its own where the trouble needs one."""
    if trouble is _full:
        _mount(folder)
    found: tuple[str, bool] = work(folder, trouble)
    return found


def _cached(things: Things, folder: Path, trouble: Trouble) -> tuple[str, bool]:
    """Embed texts three times through a cache that has some of them."""
    path = folder / "thing"
    in_child(partial(things.extractor(path).transform, things.old_texts), value=False)
    wanted = things.extractor().transform(things.texts)
    with trouble(folder), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        embed = things.extractor(path)
        right = all(same(embed.transform(things.texts), wanted) for _ in range(3))
    said = f"{'right' if right else 'WRONG'}, {len(told)} warnings in 3 calls"
    return said, right and len(told) <= 1


def _written(thing: Thing, folder: Path, trouble: Trouble) -> tuple[str, bool]:
    """Write where it may fail; the old version or the new one must be there, and an error clear."""
    path = folder / "thing"
    versions: list[Any] = []
    for version in (1, 0):
        thing.write(path, version)
        versions.insert(0, in_child(partial(thing.read, path)).value)
    clean, clear, state = tree(folder), True, 1
    with trouble(folder):
        try:
            thing.write(path, 1)
            said = "written"
        except (OSError, ValueError) as error:
            # The path itself, or one beside it that was to become it.
            clear = str(folder) in str(error) and "Traceback" not in str(error)
            said = "an error that says where" if clear else f"an unclear error ({error})"
            state = 0
    left = tree(folder)
    kept = same(in_child(partial(thing.read, path)).value, versions[state])
    said += f", {('old', 'new')[state]} version {'there' if kept else 'LOST'}"
    if left != clean and thing.name != "transform_to":  # which goes on where it was
        said += f", left behind: {left}"
        clear = False
    thing.write(path, 1)
    again = same(in_child(partial(thing.read, path)).value, versions[1])
    again = again and tree(folder) == clean
    said += ", next write right" if again else f", NEXT WRITE WRONG ({tree(folder)})"
    return said, clear and kept and again


def _things(things: Things, scratch: Path) -> list[Thing]:
    """Return everything that is written."""
    pairs = [things.text_pairs(), things.text_pairs().take(range(0, 160, 2))]
    vectors = [half.embed(things.extractor()) for half in pairs]
    versions = {"corpus of texts": pairs, "corpus of vectors": vectors}
    command = Command(things, scratch / "files")
    embed, texts = things.extractor(), [things.texts * 3, things.texts[::-1] * 3]

    def save(corpora: list[ParallelCorpus], path: Path, version: int) -> None:
        corpora[version].save(path)

    def embed_to(path: Path, version: int) -> None:
        embed.transform_to(path, texts[version], chunk=CHUNK)

    return [
        *(
            Thing(name, partial(save, corpora), lambda path: content(ParallelCorpus.load(path)))
            for name, corpora in versions.items()
        ),
        Thing("model folder of the command", command.write, command.predictions),
        Thing("transform_to", embed_to, Path.read_bytes),
    ]


def _mount(folder: Path) -> None:
    """Give this process, and no other, a small file system of its own at a folder."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_MOUNTS):
        raise OSError(ctypes.get_errno(), "no mounts of its own")
    for command in (["--make-rprivate", "/"], ["-t", "tmpfs", "-o", "size=24m", "none", folder]):
        subprocess.run(["mount", *command], check=True)


@contextmanager
def _full(folder: Path) -> Iterator[None]:
    """Fill the disk to the last byte."""
    filler = folder / ".filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    yield
    filler.unlink()


@contextmanager
def _small_files(folder: Path) -> Iterator[None]:
    """Let no file grow; Python turns the signal into an error."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_GROWTH, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def _read_only(folder: Path) -> Iterator[None]:
    """Take the rights to write away, from root too."""
    everything = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in everything}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    before = _set_capabilities(lambda effective: effective & ~_PASS_ANY_MODE)
    yield
    _set_capabilities(lambda effective: before)
    for path, mode in modes.items():
        path.chmod(mode)


def _set_capabilities(change: Callable[[int], int]) -> int:
    """Change what this process may do now; return what it could do before."""
    libc = ctypes.CDLL(None, use_errno=True)
    head = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable, and their upper halves
    for call in (libc.capget, libc.capset):
        if call is libc.capset:
            before = int(sets[0])
            sets[0] = change(before)
        if call(head, sets):
            raise OSError(ctypes.get_errno(), "the rights of this process can't be changed")
    return before


@contextmanager
def _no_locks(folder: Path) -> Iterator[None]:
    """Answer every wish for a lock as a file system does that has none."""

    def refuse(*args: Any) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    with patch.object(fcntl, "flock", refuse), patch.object(fcntl, "lockf", refuse):
        yield
