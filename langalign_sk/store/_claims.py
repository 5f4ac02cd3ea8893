"""Which process encodes which text: said beforehand, so that no two of them do the same work."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from langalign_sk._io import hold, is_held, locked, release
from langalign_sk.store._index import KEY_BYTES

CLAIM = ".claim"
MUTEX = "claims.lock"


@contextmanager
def claimed(folder: Path, keys: Sequence[bytes], mine: dict[Path, int]) -> Iterator[list[bool]]:
    """Claim texts for the block; tells for each whether this process has it or another one does.

    A claim is a locked file with the digests. The system drops the lock with the process, so the
    claim of a killed one stands in nobody's way, and nobody waits for a clock. `mine` are the
    claims of this process and their open files.
    """
    path = folder / f"{secrets.token_hex(8)}{CLAIM}"
    try:
        with locked(folder / MUTEX):
            taken = _taken(folder, mine)
            got = [key not in taken for key in keys]
            if any(got):
                mine[path] = descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
                hold(descriptor)
                os.write(descriptor, b"".join(k for k, own in zip(keys, got, strict=True) if own))
    except OSError:  # a full or read-only disk: work done twice is better than none
        got = [True] * len(keys)
    try:
        yield got
    finally:
        if path in mine:  # not in a child forked meanwhile: the claim is its parent's
            release(mine.pop(path))
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def remove_dead_claims(folder: Path) -> None:
    """Delete what killed processes left."""
    with contextlib.suppress(OSError), locked(folder / MUTEX):
        _taken(folder, {})


def _taken(folder: Path, mine: Mapping[Path, int]) -> set[bytes]:
    """Digests that living processes claim; claims of dead ones are deleted."""
    taken: set[bytes] = set()
    for path in folder.glob(f"*{CLAIM}"):
        if path not in mine and not is_held(path):
            path.unlink(missing_ok=True)
            continue
        with contextlib.suppress(FileNotFoundError):
            data = path.read_bytes()
            taken.update(data[at : at + KEY_BYTES] for at in range(0, len(data), KEY_BYTES))
    return taken
