"""A model on its way to workers: sent to each once, unpacked once per process."""

from __future__ import annotations

import hashlib
import pickle
from typing import Any, NamedTuple

from langalign_sk._process import caches, without_pairs
from langalign_sk.dask._needed import needed


class Parcel(NamedTuple):
    """A pickled model, and its digest."""

    digest: str
    data: bytes


def parcel(model: Any) -> Parcel:
    """Pack a model; of corpora only the stubs travel."""
    with without_pairs():
        data: bytes = needed("cloudpickle").dumps(model)
    return Parcel(hashlib.blake2b(data, digest_size=16).hexdigest(), data)


def shipped(model: Any) -> Any:
    """Return a task that gives a model's parcel.

    It has one name whatever asks for it: the scheduler brings it to each worker once, and makes it
    anew where a worker was lost.
    """
    packed = parcel(model)
    name = f"langalign-model-{packed.digest}"
    return needed("dask").delayed(Parcel, pure=True)(*packed, dask_key_name=name)


def unpacked(packed: Parcel) -> Any:
    """Return the model of a parcel: the same object for every partition of this process."""
    return caches.shipped.get(packed.digest, lambda: pickle.loads(packed.data))


def scheduler_at(address: str) -> Any:
    """Return a client of a running cluster, for a ``with`` block."""
    try:
        return needed("distributed").Client(address, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"no Dask scheduler answers at {address}: {error}") from error
