"""Folders on the Hugging Face Hub: sent there, and file by file brought from there."""

from __future__ import annotations

import os
from pathlib import Path


def upload_folder(
    folder: str | os.PathLike[str],
    repo_id: str,
    *,
    revision: str | None = None,
    private: bool | None = None,
    token: str | None = None,
    message: str | None = None,
) -> str:
    """Send a folder to a repository, which is made if it is not there; return its address."""
    from huggingface_hub import HfApi

    api = HfApi(token=token)
    api.create_repo(repo_id, private=private, exist_ok=True)
    if revision is not None:
        api.create_branch(repo_id, branch=revision, exist_ok=True)
    sent = api.upload_folder(
        repo_id=repo_id,
        folder_path=os.fspath(folder),
        revision=revision,
        commit_message=message,
        delete_patterns=["*"],
    )
    return str(sent)


def download_file(
    repo_id: str, name: str, *, revision: str | None = None, token: str | None = None
) -> Path:
    """Return a file of a repository, from the cache of this machine where it is there."""
    from huggingface_hub import hf_hub_download

    return Path(hf_hub_download(repo_id, name, revision=revision, token=token))
