"""What all readers share: whole files as text, errors that name file and line."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path
from typing import NamedTuple, NoReturn

_GZIP_MAGIC = b"\x1f\x8b"


class Columns(NamedTuple):
    """Texts read from one file.

    Attributes
    ----------
    texts : tuple of list of str
        One list per column asked for, row-aligned.
    lines : list of int
        Line of the file, counted from 1, on which each row begins.
    """

    texts: tuple[list[str], ...]
    lines: list[int]


def fail(path: Path, line: int | None, problem: str) -> NoReturn:
    """Raise the one kind of error of this room."""
    where = f"{path}, line {line}" if line else f"{path}"
    raise ValueError(f"{where}: {problem}")


def read_bytes(path: str | os.PathLike[str]) -> tuple[Path, bytes]:
    """Content of a file, decompressed where it begins like gzip, whatever its name."""
    path = Path(path)
    data = path.read_bytes()
    if data.startswith(_GZIP_MAGIC):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            fail(path, None, f"damaged gzip file ({error})")
    return path, data


def read_text(path: str | os.PathLike[str], encoding: str) -> tuple[Path, str]:
    """Content of a text file without its byte order mark; line ends as they are."""
    path, data = read_bytes(path)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "replace").count("\n") + 1
        fail(path, line, f"not {encoding} ({error.reason}); say what it is with encoding=")
    except LookupError:
        raise ValueError(f"encoding={encoding!r} is not known to Python") from None
    text = text.removeprefix("\ufeff")
    if not text.strip():
        fail(path, None, "the file is empty")
    return path, text


def numbered_lines(text: str) -> list[tuple[int, str]]:
    """Lines with their numbers from 1, blank ones left out.

    Only line feeds end a line: str.splitlines would also cut at characters that occur in texts
    (U+2028, U+0085).
    """
    lines = ((number, line.removesuffix("\r")) for number, line in enumerate(text.split("\n"), 1))
    return [(number, line) for number, line in lines if line and not line.isspace()]
