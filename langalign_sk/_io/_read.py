"""What all readers share: whole files as text, bounds, errors that name file and line."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from pathlib import Path
from typing import NamedTuple, NoReturn

_GZIP_MAGIC = b"\x1f\x8b"
# Far beyond any file of texts; what is larger is an accident or an attack. In the environment,
# because readers are reached through corpora and commands, which need no three more options.
_MOST_UNPACKED = 2**30  # bytes
_LONGEST_LINE = 2**24  # characters


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


def limit(name: str, default: int) -> int:
    """Return a bound of the readers: the default, or what ``LANGALIGN_MAX_{name}`` says."""
    said = os.environ.get(f"LANGALIGN_MAX_{name}", "").strip()
    if not said:
        return default
    if not (said.isascii() and said.isdigit()):
        raise ValueError(f"LANGALIGN_MAX_{name} must be a whole number, got {said[:20]!r}")
    return int(said)


def check_length(path: Path, line: int | None, length: int) -> None:
    """Refuse a line or a text so long that it is none."""
    most = limit("LINE", _LONGEST_LINE)
    if length > most:
        fail(
            path,
            line,
            f"more than {most:,} characters without an end; is this a file of texts? "
            "LANGALIGN_MAX_LINE=N in the environment lets longer ones in",
        )


def read_bytes(path: str | os.PathLike[str]) -> tuple[Path, bytes]:
    """Content of a file, decompressed where it begins like gzip, whatever its name."""
    path = Path(path)
    data = path.read_bytes()
    if data.startswith(_GZIP_MAGIC):
        most = limit("UNPACKED", _MOST_UNPACKED)
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(most + 1)
        except (OSError, EOFError, zlib.error) as error:
            fail(path, None, f"damaged gzip file ({error})")
        if len(data) > most:
            fail(
                path,
                None,
                f"unpacks to more than {most:,} bytes; LANGALIGN_MAX_UNPACKED=N in the "
                "environment lets more in",
            )
    return path, data


def read_text(path: str | os.PathLike[str], encoding: str) -> tuple[Path, str]:
    """Content of a text file without its byte order mark; line ends as they are."""
    path, data = read_bytes(path)
    text = decode(path, data, encoding).removeprefix("\ufeff")
    if not text or text.isspace():
        fail(path, None, "the file is empty")
    return path, text


def decode(
    path: Path, data: bytes, encoding: str, hint: str = "say what it is with encoding="
) -> str:
    """Characters of a file."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "replace").count("\n") + 1
        fail(path, line, f"not {encoding} ({error.reason}); {hint}")
    except LookupError:
        fail(path, None, f"encoding={encoding!r} is not known to Python")


def numbered_lines(path: Path, text: str, *, blank: bool = False) -> list[tuple[int, str]]:
    """Lines with their numbers from 1, blank ones left out unless `blank`.

    Only line feeds end a line: str.splitlines would also cut at characters that occur in texts
    (U+2028, U+0085).
    """
    lines = [
        (number, line.removesuffix("\r"))
        for number, line in enumerate(text.removesuffix("\n").split("\n"), 1)
        if blank or (line and not line.isspace())
    ]
    number, longest = max(lines, key=lambda line: len(line[1]))
    check_length(path, number, len(longest))
    return lines
