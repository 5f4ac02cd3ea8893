"""Saved models on the Hugging Face Hub."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from langalign_sk.encoders import download_file, upload_folder
from langalign_sk.saved._folder import CARD, MANIFEST, Source, read_manifest
from langalign_sk.saved._read import load, read
from langalign_sk.saved._rules import Allowed
from langalign_sk.saved._write import save

_COMMIT = re.compile(r"[0-9a-f]{40}")


def push_to_hub(
    model: Any,
    repo_id: str,
    *,
    report: Any = None,
    include_weights: bool = False,
    leave_out: Collection[str] = (),
    revision: str | None = None,
    private: bool | None = None,
    token: str | None = None,
    message: str = "A model of langalign_sk",
) -> str:
    """Save a model and send it to a repository of the Hugging Face Hub.

    Parameters
    ----------
    model : estimator
        See `save`.
    repo_id : str
        The repository, such as ``"me/intents"``; it is made if it is not there. What it holds is
        replaced.
    report : TransferReport, default=None
        See `save`.
    include_weights : bool, default=False
        See `save`. Look at the licence of the encoder before you hand its files on.
    leave_out : collection of str, default=()
        See `save`.
    revision : str, default=None
        Branch to write to; None takes the main one.
    private : bool, default=None
        Whether a repository that is made is private; None takes what your account is set to.
    token : str, default=None
        Token of the Hub; None takes the one you logged in with.
    message : str
        Title of the commit.

    Returns
    -------
    str
        Address of the commit.

    See Also
    --------
    from_pretrained : Reads it.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = save(
            model,
            Path(place) / "model",
            report=report,
            include_weights=include_weights,
            leave_out=leave_out,
        )
        return upload_folder(
            folder, repo_id, revision=revision, private=private, token=token, message=message
        )


def from_pretrained(
    name: str | os.PathLike[str],
    *,
    revision: str | None = None,
    token: str | None = None,
    model_map: Mapping[str, Any] | None = None,
    cache: Any = "memory",
    trust_remote_code: bool = False,
    token_env: str | None = None,
    given: Mapping[str, Any] | None = None,
) -> Any:
    """Read a model of a folder or of the Hugging Face Hub, without running anything of it.

    Parameters
    ----------
    name : str or path
        A folder, or a repository such as ``"me/intents"``.
    revision : str, default=None
        Branch, tag or commit of the repository. A commit is what you looked at and nothing else.
    token : str, default=None
        Token of the Hub; None takes the one you logged in with.
    model_map : mapping, default=None
        See `load`.
    cache : "memory", path, cache or None, default="memory"
        See `load`.
    trust_remote_code : bool, default=False
        See `load`.
    token_env : str, default=None
        See `load`.
    given : mapping, default=None
        See `load`.

    Returns
    -------
    estimator

    See Also
    --------
    push_to_hub : Writes one.

    Notes
    -----
    Only the files of the manifest are downloaded, the card not among them: it may be edited on the
    Hub.
    """
    if Path(name).is_dir():
        return load(
            name,
            model_map=model_map,
            cache=cache,
            trust_remote_code=trust_remote_code,
            token_env=token_env,
            given=given,
        )
    repo_id = os.fspath(name)

    listing = download_file(repo_id, MANIFEST, revision=revision, token=token)
    source = Source(listing.parent, lambda file: listing.parent / file, is_own=False)
    # All files of one commit, even if the repository changes meanwhile.
    commit = listing.parent.name if _COMMIT.fullmatch(listing.parent.name) else revision
    for file in read_manifest(source)["files"]:
        if file != CARD:
            download_file(repo_id, file, revision=commit, token=token)
    allowed = Allowed(trust_remote_code, cache, token_env)
    return read(source, model_map=model_map, allowed=allowed, given=given)
