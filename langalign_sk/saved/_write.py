"""Writing a model."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from langalign_sk._io import atomic_folder
from langalign_sk.saved._card import card_of
from langalign_sk.saved._encode import Encoder
from langalign_sk.saved._encoders import Weights
from langalign_sk.saved._folder import ARRAYS, CARD, MODEL, write_manifest
from langalign_sk.saved._signature import signature_of
from langalign_sk.saved._tensors import write_tensors
from langalign_sk.saved._versions import versions


def save(
    model: Any,
    folder: str | os.PathLike[str],
    *,
    report: Any = None,
    include_weights: bool = False,
    leave_out: Collection[str] = (),
) -> Path:
    """Write a model as JSON and safetensors: files that hold no code and run none.

    Parameters
    ----------
    model : estimator
        An estimator of this package, or a scikit-learn pipeline of such with a plain head: linear
        models, discriminant analysis, naive Bayes, neighbours, networks, and what calibrates,
        stacks or lets them vote. docs/saving.md has the list. What needs code is refused, with its
        place in the model.
    folder : path
        The folder to write; it appears whole or not at all. One that holds a saved model is
        replaced, any other that is not empty is refused.
    report : TransferReport, default=None
        What `transfer_report` found, for the model's card.
    include_weights : bool, default=False
        Carry the files of the encoders along, so that no model is downloaded where the folder is
        loaded. By default an encoder is its name.
    leave_out : collection of str, default=()
        Places of the model whose values are not saved, such as ``["steps[0][1].detect"]``; `load`
        must be given them.

    Returns
    -------
    Path
        The folder.

    See Also
    --------
    load : Reads it.
    push_to_hub : Sends it to the Hugging Face Hub.

    Notes
    -----
    Pairs of a corpus are not saved, nor are places of this machine: caches, folders, addresses of
    servers with their keys.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from langalign_sk import RidgeMap, load, save
    >>> S, T = np.random.default_rng(0).standard_normal((2, 20, 3))
    >>> fitted = RidgeMap(alpha=1.0).fit(S, T)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = save(fitted, f"{place}/map")
    ...     loaded = load(folder)
    >>> np.array_equal(loaded.transform(S), fitted.transform(S))
    True
    """
    with atomic_folder(folder, marker=MODEL) as place:
        write_files(model, place, report=report, carry=include_weights, leave_out=leave_out)
    return Path(folder)


def save_pretrained(model: Any, folder: str | os.PathLike[str], **settings: Any) -> Path:
    """Write a model: `save` under the name that it has in other libraries.

    Parameters
    ----------
    model : estimator
        See `save`.
    folder : path
        See `save`.
    **settings
        See `save`.

    Returns
    -------
    Path
        The folder.
    """
    return save(model, folder, **settings)


def write_files(
    model: Any,
    place: Path,
    *,
    report: Any = None,
    carry: bool = False,
    leave_out: Collection[str] = (),
) -> None:
    """Write a model into a folder; the manifest lists all files that are in it by then."""
    if isinstance(model, type) or not hasattr(model, "get_params"):
        shown = f"the class {model.__name__}" if isinstance(model, type) else type(model).__name__
        raise TypeError(f"a model is saved, one at a time, got {shown}")
    weights = Weights(place if carry else None)
    encoder = Encoder(leave_out, weights)
    tree = encoder.encode(model)
    (place / MODEL).write_bytes(json.dumps(tree, allow_nan=False).encode("ascii") + b"\n")
    with (place / ARRAYS).open("wb") as file:
        write_tensors(file, encoder.arrays)
    about = {
        "versions": versions(),
        "signature": signature_of(model),
        "encoders": list(weights.found.values()),
        "left_out": encoder.left_out,
    }
    (place / CARD).write_text(card_of(model, about, report), encoding="utf-8")
    write_manifest(place, about)
