"""Where a named model's files are, what they are, and a digest of their content."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langalign_sk._process import caches

_PROBE_SECONDS = 5.0
_CONFIGS = ("modules.json", "config.json")
_WEIGHTS = ("*.safetensors", "*.bin", "*.safetensors.index.json")
#: Ends of names of files that hold data alone.
CODE_FREE = (".json", ".txt", ".safetensors", ".model", ".bpe", ".vocab", ".onnx", ".onnx_data")
_EXPORTED = {"torch": (), "onnx": ("*.onnx",), "openvino": ("*.xml",)}


@dataclass(frozen=True)
class Checkpoint:
    """A model that can be loaded.

    `source` is a folder, or a name on the Hub where it still has to be downloaded; `revision` is
    then its commit. `label` is the model as the user asked for it.
    """

    name: str
    label: str
    source: str
    fingerprint: str
    is_sentence_transformer: bool
    revision: str | None = None

    @property
    def is_local(self) -> bool:
        """Tell whether every file is on this machine."""
        return self.revision is None


def find_checkpoint(
    name: str,
    revision: str | None = None,
    *,
    backend: str = "torch",
    ask_hub: bool = True,
    token_env: str | None = None,
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
        return _from_folder(name, folder, backend)
    if not name or folder.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise ValueError(f"model={name!r}: there is no such folder")
    key = (name, revision, backend)
    label = name if revision is None else f"{name}@{revision}"
    found = caches.checkpoints.known(key) or _from_cache(name, label, revision, backend)
    if found is None and ask_hub:
        found = _from_hub(name, label, revision, token_env)
    if found is not None:
        caches.checkpoints.put(key, found)
    return found


def _candidates(name: str) -> tuple[str, ...]:
    """Names on the Hub that a name may stand for: sentence-transformers has short ones."""
    return (name,) if "/" in name else (f"sentence-transformers/{name}", name)


def _from_folder(name: str, folder: Path, backend: str) -> Checkpoint:
    """Checkpoint in a folder of the user's."""
    if not any((folder / config).is_file() for config in _CONFIGS):
        raise ValueError(
            f"model={name!r}: the folder holds neither modules.json (sentence-transformers) nor "
            "config.json (transformers)"
        )
    kind = "folder" if backend == "torch" else f"{backend} folder"
    fingerprint = f"{kind}:{content_digest(folder, checkpoint_files(folder, backend))}"
    is_sentence_transformer = (folder / "modules.json").is_file()
    return Checkpoint(name, name, str(folder), fingerprint, is_sentence_transformer)


def _from_cache(name: str, label: str, revision: str | None, backend: str) -> Checkpoint | None:
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
            if any(any(folder.rglob(end)) for end in (*_WEIGHTS, *_EXPORTED[backend])):
                commit, is_sentence_transformer = folder.name, config == "modules.json"
                return Checkpoint(
                    name, label, str(folder), f"hub:{commit}", is_sentence_transformer
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


def _from_hub(name: str, label: str, revision: str | None, token_env: str | None) -> Checkpoint:
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
        is_sentence_transformer = "modules.json" in files
        commit = str(info.sha)
        return Checkpoint(name, label, repo, f"hub:{commit}", is_sentence_transformer, commit)
    raise ValueError(
        f"model={name!r} is neither a folder nor a model that the Hugging Face Hub shows to you: "
        "check the spelling; if it is private, log in or give token_env"
    )


def _first_line(error: BaseException) -> str:
    """First line of an error, for a sentence."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def checkpoint_files(folder: Path, backend: str = "torch") -> list[Path]:
    """Files that a backend loads a model from.

    Those on top, in the folders of its modules and of the backend, and code wherever it is. A
    router names the folders of its parts in files of its own, so that every folder counts.
    """
    listing = folder / "modules.json"
    modules: list[dict[str, Any]] = (
        json.loads(listing.read_text(encoding="utf-8")) if listing.is_file() else []
    )
    whole = {Path(str(module.get("path", ""))) for module in modules} - {Path()}
    if backend != "torch":
        whole.add(Path(backend))
    every = (folder / "router_config.json").is_file()
    found = []
    for place, name in _files_below(folder):
        counts = every or place == Path() or not whole.isdisjoint((place, *place.parents))
        if (counts and not name.endswith(".md")) or name.endswith(".py"):
            found.append(folder / place / name)
    return [path for path in found if path.is_file()]


def _files_below(folder: Path) -> Iterator[tuple[Path, str]]:
    """Place and name of every file below that is not hidden, training states left out."""
    seen: set[str] = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:  # a link back
            folders.clear()
            continue
        seen.add(real)
        left_out = (".", "checkpoint-", "__pycache__")
        folders[:] = sorted(name for name in folders if not name.startswith(left_out))
        below = Path(place).relative_to(folder)
        yield from ((below, name) for name in names if not name.startswith("."))


def content_digest(folder: Path, paths: Iterable[Path]) -> str:
    """Digest of some files of a folder, the same in every place and process."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(paths):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{_file_digest(path)}\n".encode())
    return digest.hexdigest()


def _file_digest(path: Path) -> str:
    """Digest of a file's content, read again only when it may have changed."""
    stat = path.stat()
    key = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)

    def compute() -> str:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16))
        return digest.hexdigest()

    return caches.file_digests.get(key, compute)
