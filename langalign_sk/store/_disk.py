"""Vectors on disk, shared by processes and runs: the cache behind ``cache="some/folder"``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from langalign_sk._numeric import Float32Array
from langalign_sk.store._folder import CacheFolder, cache_folder
from langalign_sk.store._memory import VectorCache
from langalign_sk.store._rounding import check_dtype, packed_rows, rounded_rows, unpacked_row


class DiskCache(VectorCache):
    """Vectors in a folder, for every process that is given it, in this run and later ones.

    Parameters
    ----------
    path : str or path
        The folder; made when first written to. One that holds other files is refused.
    max_bytes : int, optional
        Bound on the size of the folder. Beyond it, the vectors unused for longest go, a file of
        them at a time. Without it the folder grows as long as there are new texts.
    dtype : {"float32", "float16", "int8"}, default="float32"
        How vectors are kept; float16 takes half of the bytes, int8 a quarter. The first answer is
        rounded as well, so that it is the same as all later ones. Vectors of different types stand
        apart, and are never taken for each other.

    See Also
    --------
    MemoryCache : Vectors of this process alone.
    EmbeddingExtractor : Takes a folder, or such an object, as `cache`.

    Notes
    -----
    A vector is found by a digest of its text in the part of the folder that belongs to its
    encoder: name or folder by content, revision, pooling, layer, prompt, length, type. Texts are
    never written. Lengths cut by `truncate_dim` and scaled by `normalize` share one vector.

    Each writing process has files of its own and only ever appends to them, so none waits for
    another. Each record carries its digest and a checksum, both looked at whenever it is read: a
    damaged one counts as missing and is reported once. A process that is killed loses the vectors
    it was computing. Processes that ask for the same text at once (two workers of a grid search)
    agree on who encodes it; on systems without POSIX file locks both do.

    A cache never fails a run: where the disk is full or the folder can't be written, that is said
    once and vectors are computed without it. It pickles as its path and bound.

    ``langalign-sk cache info|verify|prune DIR`` looks after a folder. Move it like any other
    while nothing uses it: no path is written inside.

    Examples
    --------
    >>> import tempfile
    >>> from langalign_sk.store import DiskCache
    >>> from langalign_sk.text import EmbeddingExtractor
    >>> from langalign_sk.encoders import NgramEncoder
    >>> encoder = NgramEncoder(3).fit(["where is my parcel", "cancel my order", "pay by card"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cache = DiskCache(folder, max_bytes=2**30)
    ...     vectors = EmbeddingExtractor(encoder, cache=cache).transform(["my card", "my order"])
    ...     len(cache)
    2
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        max_bytes: int | None = None,
        *,
        dtype: str = "float32",
    ) -> None:
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f"path must be a folder's name, got {path!r}")
        if max_bytes is not None and max_bytes < 1:
            raise ValueError(f"max_bytes must be at least 1 or None, got {max_bytes}")
        self.path = os.fspath(path)
        self.max_bytes = max_bytes
        self.dtype = check_dtype(dtype)

    def get_many(self, spec: str, keys: Sequence[bytes]) -> list[Float32Array | None]:
        found = self._folder().get_many(self._spec(spec), keys)
        return [None if row is None else unpacked_row(row, self.dtype) for row in found]

    def put_many(self, spec: str, keys: Sequence[bytes], rows: Float32Array) -> None:
        rows = packed_rows(rows, self.dtype)
        self._folder().put_many(self._spec(spec), keys, rows, self.max_bytes)

    def rounded(self, rows: Float32Array) -> Float32Array:
        """Return vectors as this cache will give them back.

        Parameters
        ----------
        rows : ndarray of shape (n_texts, width)
            Vectors.

        Returns
        -------
        ndarray of shape (n_texts, width), float32
        """
        return rounded_rows(rows, self.dtype)

    def _spec(self, spec: str) -> str:
        """Specification of an encoder's vectors as they are kept."""
        return spec if self.dtype == "float32" else f"{spec} {self.dtype}"

    @contextmanager
    def claim(self, spec: str, keys: Sequence[bytes]) -> Iterator[list[bool]]:
        """Say for the length of a ``with`` block that this process encodes these texts.

        Parameters
        ----------
        spec : str
            The encoder's specification.
        keys : sequence of bytes
            Digests of texts.

        Yields
        ------
        list of bool
            False where a living process said it before.
        """
        with self._folder().claim(self._spec(spec), keys) as mine:
            yield mine

    def _folder(self) -> CacheFolder:
        """Return what this process knows of the folder, shared by all that use it."""
        return cache_folder(Path(self.path))

    def __len__(self) -> int:
        return self._folder().count()

    def __repr__(self) -> str:
        bound = "" if self.max_bytes is None else f", max_bytes={self.max_bytes}"
        kept = "" if self.dtype == "float32" else f", dtype={self.dtype!r}"
        return f"DiskCache({self.path!r}{bound}{kept})"

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "max_bytes": self.max_bytes, "dtype": self.dtype}


def claim(
    cache: VectorCache | None, spec: str, keys: Sequence[bytes], count: int
) -> AbstractContextManager[list[bool]]:
    """Claim `count` texts where a cache knows claims; where it does not, every text is ours."""
    if isinstance(cache, DiskCache):
        return cache.claim(spec, keys)
    return nullcontext([True] * count)
