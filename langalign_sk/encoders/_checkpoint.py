"""Where a named model's files are, what they are, and a digest of their content."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langalign_sk._process import caches

_PROBE_SECONDS = 5.0
_CONFIGS = ("modules.json", "config.json")
_WEIGHTS = ("*.safetensors", "*.bin", "*.safetensors.index.json")


@dataclass(frozen=True)
class Checkpoint:
    """A model that can be loaded.

    `source` is a folder, or a name on the Hub where it still has to be downloaded; `revision` is
    then its commit. `label` is the model as the user asked for it.
    """

    name: str
    label: str
    source: str
    revision: str | None
    fingerprint: str
    is_sentence_transformer: bool

    @property
    def is_local(self) -> bool:
        """Whether every file is on this machine."""
        return self.revision is None


def find_checkpoint(
    name: str, revision: str | None = None, *, ask_hub: bool = True, token_env: str | None = None
) -> Checkpoint | None:
    """Find a folder, a cached model of the Hub, or, where allowed, one that the Hub has.

    A cached model is used as it is, without asking the Hub for news: a saved pipeline then works
    offline and does not change because somebody else uploaded something. Asking is one request
    with a short timeout; the libraries below retry for a minute before they report an unknown
    name or a missing network. None where nothing is found and the Hub may not be asked.
    """
    folder = Path(name).expanduser()
    if name and folder.is_dir():
        if revision is not None:
            raise ValueError(
                f"revision={revision!r} does not apply to the folder {name!r}; only models named "
                "as on the Hugging Face Hub have revisions"
            )
        return _from_folder(name, folder)
    if not name or folder.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise ValueError(f"model={name!r}: there is no such folder")
    key = (name, revision)
    found = caches.checkpoints.known(key) or _from_cache(name, revision)
    if found is None and ask_hub:
        found = _from_hub(name, revision, token_env)
    if found is not None:
        caches.checkpoints.put(key, found)
    return found


def _label(name: str, revision: str | None) -> str:
    """Name and revision as asked for."""
    return name if revision is None else f"{name}@{revision}"


def _candidates(name: str) -> tuple[str, ...]:
    """Names on the Hub that a name may stand for: sentence-transformers has short ones."""
    return (name,) if "/" in name else (f"sentence-transformers/{name}", name)


def _from_folder(name: str, folder: Path) -> Checkpoint:
    """Checkpoint in a folder of the user's."""
    if not any((folder / config).is_file() for config in _CONFIGS):
        raise ValueError(
            f"model={name!r}: the folder holds neither modules.json (sentence-transformers) nor "
            "config.json (transformers)"
        )
    return Checkpoint(
        name=name,
        label=name,
        source=str(folder),
        revision=None,
        fingerprint=f"folder:{_folder_digest(folder)}",
        is_sentence_transformer=(folder / "modules.json").is_file(),
    )


def _from_cache(name: str, revision: str | None) -> Checkpoint | None:
    """Checkpoint in the Hub's cache on this machine, if its weights are there."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    for repo in _candidates(name):
        for config in _CONFIGS:
            try:
                path = try_to_load_from_cache(repo, config, revision=revision)
            except HFValidationError as error:
                raise ValueError(
                    f"model={name!r} is neither a folder nor a possible name on the Hugging Face "
                    "Hub, such as 'sentence-transformers/all-MiniLM-L6-v2'"
                ) from error
            if not isinstance(path, str):
                continue
            folder = Path(path).parent
            if any(any(folder.rglob(pattern)) for pattern in _WEIGHTS):
                return Checkpoint(
                    name=name,
                    label=_label(name, revision),
                    source=str(folder),
                    revision=None,
                    fingerprint=f"hub:{folder.name}",  # the commit
                    is_sentence_transformer=config == "modules.json",
                )
    return None


def hub_token(token_env: str | None) -> str | None:
    """Token in an environment variable; None for what the Hub's own login left behind."""
    if token_env is None:
        return None
    token = os.environ.get(token_env)
    if not token:
        raise ValueError(f"token_env={token_env!r}: this environment variable is not set")
    return token


def _from_hub(name: str, revision: str | None, token_env: str | None) -> Checkpoint:
    """Checkpoint on the Hub, or an error that says whether name, revision or network is wrong."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    api = HfApi(token=hub_token(token_env))
    for repo in _candidates(name):
        try:
            info = api.model_info(repo, revision=revision, timeout=_PROBE_SECONDS)
        except GatedRepoError as error:
            raise ValueError(
                f"model={name!r} is gated: accept its terms on the Hugging Face Hub, and log in "
                "or name the environment variable with your token, token_env='HF_TOKEN'"
            ) from error
        except RepositoryNotFoundError:
            continue
        except RevisionNotFoundError as error:
            raise ValueError(f"model={name!r} has no revision {revision!r}") from error
        except HfHubHTTPError as error:
            raise OSError(
                f"model={name!r} is not on this machine, and the Hugging Face Hub answered with an "
                f"error ({_first_line(error)}): try again later, or pass a folder"
            ) from error
        except Exception as error:  # whatever HTTP library the Hub's client uses
            raise ConnectionError(
                f"model={name!r} is neither a folder nor in the Hugging Face cache of this "
                f"machine, and the Hub cannot be reached ({_first_line(error)}): connect, or pass "
                "the folder of a downloaded model"
            ) from error
        files = {item.rfilename for item in info.siblings or ()}
        return Checkpoint(
            name=name,
            label=_label(name, revision),
            source=repo,
            revision=str(info.sha),
            fingerprint=f"hub:{info.sha}",
            is_sentence_transformer="modules.json" in files,
        )
    raise ValueError(
        f"model={name!r} is neither a folder nor a model that the Hugging Face Hub shows to you: "
        "check the spelling; if it is private, log in or give token_env"
    )


def _first_line(error: BaseException) -> str:
    """First line of an error, for a sentence."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _folder_digest(folder: Path) -> str:
    """Digest of a checkpoint's files by content: the same in every place and process."""
    digest = hashlib.blake2b(digest_size=16)
    for path in _checkpoint_files(folder):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{_file_digest(path)}\n".encode())
    return digest.hexdigest()


def _checkpoint_files(folder: Path) -> list[Path]:
    """Files that define a model: those on top and in the folders of its modules."""
    folders = {folder}
    listing = folder / "modules.json"
    if listing.is_file():
        modules: list[dict[str, Any]] = json.loads(listing.read_text(encoding="utf-8"))
        folders |= {folder / str(module.get("path", "")) for module in modules}
    return sorted(
        path
        for place in folders
        if place.is_dir()
        for path in place.iterdir()
        if path.is_file() and not path.name.startswith(".") and path.suffix != ".md"
    )


def _file_digest(path: Path) -> str:
    """Digest of a file's content, read again only when its size or time of change differ."""
    stat = path.stat()
    key = (os.path.realpath(path), stat.st_size, stat.st_mtime_ns)

    def compute() -> str:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16))
        return digest.hexdigest()

    return caches.file_digests.get(key, compute)
