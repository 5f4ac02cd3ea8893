"""Vectors by text: the interface of a cache, and the bounded one in memory."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from langalign_sk._io import TextRow
from langalign_sk._numeric import Float32Array
from langalign_sk._process import Lock, renew_in_children
from langalign_sk.store._rounding import check_dtype, packed_rows, rounded_rows, unpacked_row

# What a row costs beside its numbers: the array object, the key, the slot in the dict.
_ROW_OVERHEAD = 300


@runtime_checkable
class VectorCache(Protocol):
    """Protocol of ``EmbeddingExtractor(cache=...)``: vectors under (encoder, digest of the text).

    `spec` names everything that defines an encoder's vectors; a key is the digest of a text. A
    cache must be safe for several threads. It never sees a text.
    """

    def get_many(self, spec: str, keys: Sequence[bytes]) -> list[Float32Array | None]:
        """Vector of each key, None where there is none.

        Parameters
        ----------
        spec : str
            The encoder's specification.
        keys : sequence of bytes
            Digests of texts, 16 bytes each.

        Returns
        -------
        list of ndarray or None
            Rows that nobody may change.
        """

    def put_many(self, spec: str, keys: Sequence[bytes], rows: Float32Array) -> None:
        """Keep one row per key.

        Parameters
        ----------
        spec : str
            The encoder's specification.
        keys : sequence of bytes
            Digests of texts.
        rows : ndarray of shape (n_keys, width)
            Their vectors, which are copied.
        """


class MemoryCache(VectorCache):
    """Vectors in memory, the least recently used ones dropped beyond a bound.

    Parameters
    ----------
    max_bytes : int, default=268435456
        Bound on the memory of the vectors, 256 MiB unless given: about 140,000 vectors of width
        384.
    dtype : {"float32", "float16", "int8"}, default="float32"
        How vectors are kept; float16 takes half of the bytes, int8 a quarter. The first answer is
        rounded as well, so that it is the same as all later ones.

    See Also
    --------
    EmbeddingExtractor : Takes such an object as `cache`.

    Notes
    -----
    Keys are digests; no text is kept. Copies and clones of an extractor share the object. It
    pickles as its bound alone, so that no vectors travel to parallel jobs or into saved models.

    Examples
    --------
    >>> from langalign_sk.text import EmbeddingExtractor
    >>> from langalign_sk.store import MemoryCache
    >>> from langalign_sk.encoders import NgramEncoder
    >>> encoder = NgramEncoder(3).fit(["where is my parcel", "cancel my order", "pay by card"])
    >>> cache = MemoryCache(max_bytes=2**20)
    >>> EmbeddingExtractor(encoder, cache=cache).transform(["my card", "my order"]).shape
    (2, 3)
    >>> len(cache)
    2
    """

    def __init__(self, max_bytes: int = 256 * 2**20, *, dtype: str = "float32") -> None:
        if max_bytes < 1:
            raise ValueError(f"max_bytes must be at least 1, got {max_bytes}")
        self.max_bytes = max_bytes
        self.dtype = check_dtype(dtype)
        self._lock = Lock()
        self._rows: OrderedDict[tuple[str, bytes], Float32Array] = OrderedDict()
        self._bytes = 0
        renew_in_children(self)

    def get_many(self, spec: str, keys: Sequence[bytes]) -> list[Float32Array | None]:
        found: list[Float32Array | None] = []
        with self._lock:
            for key in keys:
                row = self._rows.get((spec, key))
                if row is not None:
                    self._rows.move_to_end((spec, key))
                found.append(None if row is None else unpacked_row(row, self.dtype))
        return found

    def put_many(self, spec: str, keys: Sequence[bytes], rows: Float32Array) -> None:
        rows = packed_rows(rows, self.dtype)
        with self._lock:
            for key, row in zip(keys, rows, strict=True):
                kept = row.copy()  # a view would hold the whole batch in memory
                kept.flags.writeable = False
                previous = self._rows.pop((spec, key), None)
                if previous is not None:
                    self._bytes -= _size(previous)
                self._rows[spec, key] = kept
                self._bytes += _size(kept)
            while self._bytes > self.max_bytes:
                self._bytes -= _size(self._rows.popitem(last=False)[1])

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

    def clear(self) -> None:
        """Drop every vector."""
        with self._lock:
            self._rows.clear()
            self._bytes = 0

    def after_fork(self) -> None:
        """Count anew: another thread may have been between two steps."""
        self._bytes = sum([_size(row) for row in self._rows.values()])

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        kept = "" if self.dtype == "float32" else f", dtype={self.dtype!r}"
        return f"MemoryCache(max_bytes={self.max_bytes}{kept})"

    def __getstate__(self) -> dict[str, Any]:
        return {"max_bytes": self.max_bytes, "dtype": self.dtype}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]  # an empty cache with the same bound


def text_key(text: TextRow) -> bytes:
    """Digest of a text, or of two read together, the only trace of it that a cache keeps."""
    if isinstance(text, str):
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    # A family of digests of its own, and lengths: two texts are never mistaken for one.
    digest = hashlib.blake2b(digest_size=16, person=b"two texts")
    for part in text:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.digest()


def _size(row: Float32Array) -> int:
    """Bytes that a row costs."""
    return row.nbytes + _ROW_OVERHEAD
