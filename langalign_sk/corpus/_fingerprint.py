"""Digests over every byte of texts and vectors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

from langalign_sk._numeric import FloatArray, row_blocks

Rows: TypeAlias = "tuple[str, ...] | FloatArray"
Hash: TypeAlias = "hashlib.blake2b"

_SIZE = 16
_TEXTS_PER_UPDATE = 4096


def start_hash(rows: Rows) -> Hash:
    """Hash of no rows yet, of the kind of `rows`."""
    kind = "text" if isinstance(rows, tuple) else f"{rows.dtype.str} {rows.shape[1]}"
    return hashlib.blake2b(kind.encode() + b"\n", digest_size=_SIZE)


def extend_hash(start: Hash, rows: Rows) -> Hash:
    """Hash of what `start` has seen, then `rows`; `start` stays as it was.

    Vectors are read through memory views in blocks: nothing is copied unless the rows are not
    contiguous, and then one block at a time.
    """
    digest = start.copy()
    if isinstance(rows, tuple):
        for first in range(0, len(rows), _TEXTS_PER_UPDATE):
            encoded = (
                text.encode("utf-8", "surrogatepass")
                for text in rows[first : first + _TEXTS_PER_UPDATE]
            )
            # The length in front of each text: no text can be mistaken for two.
            digest.update(b"".join(len(data).to_bytes(8, "little") + data for data in encoded))
    else:
        for block in row_blocks(*rows.shape):
            digest.update(np.ascontiguousarray(rows[block]).data.cast("B"))
    return digest


def combine(header: dict[str, Any], sides: Iterable[Hash], weight: FloatArray | None) -> str:
    """Fingerprint of everything that makes up a corpus."""
    digest = hashlib.blake2b(json.dumps(header, sort_keys=True).encode(), digest_size=_SIZE)
    for side in sides:
        digest.update(side.digest())
    if weight is not None:
        digest.update(np.ascontiguousarray(weight).data.cast("B"))
    return digest.hexdigest()
