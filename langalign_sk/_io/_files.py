"""Files that appear whole or not at all, and locks that end with their process."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

try:
    import fcntl as _fcntl
except ImportError:  # not a POSIX system: no locks, so two processes may do the same work twice
    fcntl: Any = None
else:
    fcntl = _fcntl

#: What /dev/stdout and its like point to: a file that this process has open.
_OPEN_FILE = re.compile(r"/(?:dev|proc/self|proc/thread-self)/fd/(\d+)")
_UNFINISHED = re.compile(r"\.[0-9a-f]{12}-")
_A_DAY = 86_400.0
_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS}


@contextmanager
def atomic_file(path: str | os.PathLike[str], *, private: bool = True) -> Iterator[IO[bytes]]:
    """Give an open file; what is written to it takes the name `path` if the block succeeds.

    A reader sees the old file or the new one, never half of one, after a loss of power too. After
    an error the old one is as it was. Links keep pointing, and what killed writers of the same
    file left beside it is removed. What is no file (a device, a pipe, ``/dev/stdout``) is written
    through.

    Parameters
    ----------
    path : path
        The file; missing folders above it are made.
    private : bool, default=True
        Whether a new file is readable by its owner alone, as texts and vectors should be. One that
        exists keeps its mode, its group and, where the process may set it, its owner.
    """
    descriptor = _open_already(path)
    if descriptor is not None:
        with os.fdopen(os.dup(descriptor), "wb") as through:
            yield through
        return
    target = real_path(path)
    old = target.stat() if target.exists() else None
    if old is not None and stat.S_ISDIR(old.st_mode):
        raise ValueError(f"{target} is a folder; a file name is needed")
    if old is not None and not stat.S_ISREG(old.st_mode):
        with target.open("wb") as through:
            yield through
        return
    _remove_leftovers(target)
    temporary, file = _open_sibling(target, 0o600 if private or old is not None else 0o666)
    try:
        with disk_errors_name(target), file:
            yield file
            file.flush()
            if old is not None:
                keep_rights(temporary, old)
            os.fsync(file.fileno())
            if os.name == "nt":  # where an open file cannot be renamed
                file.close()
            os.replace(temporary, target)  # under the lock, which keeps others from removing it
        sync_folder(target.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def disk_errors_name(path: Path) -> Iterator[None]:
    """Add to errors of a full or broken disk the file that was being written."""
    try:
        yield
    except OSError as error:
        if type(error) is OSError and error.errno is None:  # NumPy's, when less was written
            raise OSError(f"{path}: {error}") from error
        if error.errno not in _DISK_ERRORS or error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error


def real_path(path: str | os.PathLike[str]) -> Path:
    """Follow links and make the folder above: a rename must not replace the link itself."""
    target = Path(path).resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def sibling(target: Path) -> Path:
    """Make up a name in the same folder, so on the same disk, with the same suffix."""
    # The system's 255 bytes of a name have to hold the mark too.
    name = target.name if len(os.fsencode(target.name)) <= 240 else "long"
    return target.with_name(f".{secrets.token_hex(6)}-{name}")


def keep_rights(path: Path, old: os.stat_result) -> None:
    """Give a file the owner, group and mode of the one whose place it takes, as far as allowed."""
    mode = stat.S_IMODE(old.st_mode)
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(path, old.st_uid, -1)
        try:
            os.chown(path, -1, old.st_gid)
        except OSError:
            mode &= ~0o070  # meant for another group than the one it has now
    os.chmod(path, mode)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, so that they outlive a loss of power."""
    with contextlib.suppress(OSError):  # not every system opens folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def hold(descriptor: int, *, wait: bool = False) -> bool:
    """Lock an open file for as long as it is open; False if another process holds it.

    True too where the file system knows no locks: they save work here, and guard no vector.
    """
    return _lock(descriptor, wait=wait) is not False


def is_held(path: Path) -> bool:
    """Tell whether a living process holds the file."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not hold(descriptor)
    finally:
        release(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait for the lock on a file, which is made if need be, and hold it for the block."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        hold(descriptor, wait=True)
        yield
    finally:
        release(descriptor)


def release(descriptor: int) -> None:
    """Unlock and close an open file.

    Closing alone would leave the lock with a child that was forked meanwhile and has a copy of the
    descriptor; the child itself would wait for it for ever.
    """
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _lock(descriptor: int, *, wait: bool) -> bool | None:
    """Lock an open file; None where there are no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _open_already(path: str | os.PathLike[str]) -> int | None:
    """Return the descriptor that a path stands for: a file behind it must not be replaced."""
    name = os.path.abspath(os.fspath(path))
    for _ in range(40):  # links may form a circle; the system gives up at 40 as well
        found = _OPEN_FILE.fullmatch(name)
        if found is not None:
            return int(found[1])
        if not os.path.islink(name):
            return None
        name = os.path.abspath(os.path.join(os.path.dirname(name), os.readlink(name)))
    return None


def _open_sibling(target: Path, mode: int) -> tuple[Path, IO[bytes]]:
    """Make a file beside the target and hold it, which shows that its writer lives."""
    while True:
        path = sibling(target)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
        if hold(descriptor) and os.fstat(descriptor).st_nlink:
            return path, os.fdopen(descriptor, "w+b")
        os.close(descriptor)  # taken for a leftover between the two steps


def _remove_leftovers(target: Path) -> None:
    """Delete the unfinished files of writers that were killed."""
    ends = sibling(target).name[len(".123456789abc-") :]
    with contextlib.suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            if (
                entry.name.endswith(ends)
                and _UNFINISHED.fullmatch(entry.name.removesuffix(ends))
                and entry.is_file(follow_symlinks=False)
                and is_abandoned(entry.path)
            ):
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)


def is_abandoned(path: str) -> bool:
    """Tell whether no living process is writing an unfinished file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        free = _lock(descriptor, wait=False)
        if free is None:
            return os.fstat(descriptor).st_mtime < time.time() - _A_DAY
        return free
    finally:
        release(descriptor)
