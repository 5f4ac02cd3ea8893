"""Vectors in an index of faiss."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import numpy as np

from langalign_sk.migrate._blocks import mapped, rows_at_once

#: Vectors that an index of a kind that needs training is trained on.
_TRAINED_ON = 50_000


def convert_faiss(fitted: Any, source: Path, file: IO[bytes], report: Any) -> None:
    """Build an index of the same kind from the mapped vectors of another."""
    try:
        import faiss
        from faiss.contrib.factory_tools import reverse_index_factory
    except ImportError as error:
        raise ImportError(
            f"{source}: an index of faiss needs pip install langalign-sk[faiss]"
        ) from error
    try:
        whole = faiss.read_index(str(source))
    except RuntimeError as error:
        raise ValueError(f"{source} is no index of faiss: {error}") from error
    old, ids = _inside(whole, faiss)
    try:
        kind = reverse_index_factory(old)
    except (NotImplementedError, AssertionError, RuntimeError) as error:
        raise ValueError(
            f"{source}: an index of type {type(old).__name__} can't be built again; export its "
            "vectors to a .npy file and convert that"
        ) from error
    width = fitted.n_features_out_
    new = faiss.index_factory(width, kind, old.metric_type)
    names = _names_in_lists(old, faiss) if isinstance(old, faiss.IndexIVF) else None
    if names is not None:
        new.nprobe = old.nprobe
    if hasattr(new, "hnsw"):
        new.hnsw.efSearch = old.hnsw.efSearch
    step, total = rows_at_once(old.d), old.ntotal

    def block(start: int, count: int) -> Any:
        if names is None:
            rows = old.reconstruct_n(start, count)
        else:
            rows = old.reconstruct_batch(names[start : start + count])
        return mapped(fitted, rows, source, start)

    if not new.is_trained:
        each = max(1, min(_TRAINED_ON, total) // 50)
        starts = np.unique(np.linspace(0, total - each, 50).astype(int))
        new.train(np.vstack([block(int(start), each) for start in starts]))
    known = names if ids is None else ids
    filled = new if ids is None else type(whole)(new)
    for start in range(0, total, step):
        count = min(step, total - start)
        rows = block(start, count)
        if known is None:
            filled.add(rows)
        else:
            filled.add_with_ids(rows, known[start : start + count])
        report(start + count, total)
    faiss.write_index(filled, faiss.PyCallbackIOWriter(file.write))


def _inside(index: Any, faiss: Any) -> tuple[Any, Any]:
    """Return the index that holds the vectors, and the numbers its rows are known by."""
    if not isinstance(index, faiss.IndexIDMap | faiss.IndexIDMap2):
        return index, None
    ids = faiss.vector_to_array(index.id_map)
    return faiss.downcast_index(index.index), ids


def _names_in_lists(index: Any, faiss: Any) -> Any:
    """Return the numbers of all rows of an inverted file, and let it find rows by them."""
    lists = index.invlists
    names = np.concatenate(
        [
            faiss.rev_swig_ptr(lists.get_ids(number), lists.list_size(number)).copy()
            for number in range(lists.nlist)
            if lists.list_size(number)
        ]
    )
    index.set_direct_map_type(faiss.DirectMap.Hashtable)
    return np.sort(names)
