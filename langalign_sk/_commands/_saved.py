"""Folders of saved models: written whole, with a manifest that shows damage before use."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from langalign_sk._commands._stages import say
from langalign_sk._version import __version__

MODEL_FILE = "model.joblib"
#: Folder of the model in files without code.
SAFE = "model"
#: The file of an exported model.
EXPORTED = "model.json"
MANIFEST = "manifest.json"
#: One of these shows a folder that `transfer` wrote.
MARKERS = (MODEL_FILE, f"{SAFE}/{EXPORTED}")
_FORMAT = 1
_DAMAGED = (
    "{} is not the file that was written: damaged, or replaced. Copy the folder again from where "
    "it was made, or run `transfer` again"
)
_PACKAGES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "torch",
    "transformers",
    "sentence-transformers",
)


@contextmanager
def model_folder(out: Path, **kept: Mapping[str, Any]) -> Iterator[Path]:
    """Give a folder to fill with a model and what belongs to it; a manifest is added at the end.

    The manifest keeps what is given: `labels`, how often each was there to learn from, and
    `figures`, what is known of the model.

    It takes the name `out` as a whole, in place of an earlier one, whose files pass their rights
    on to those of the same name.
    """
    from langalign_sk._io import atomic_file, atomic_folder, keep_rights

    with atomic_folder(out, marker=MARKERS) as folder:
        yield folder
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        listed = [path for path in files if path.parent == folder or path.name == MANIFEST]
        with atomic_file(folder / MANIFEST) as file:
            described = _described(folder, listed)
            file.write(_written(described | {key: dict(kept[key]) for key in kept}))
        for path in (*files, folder / MANIFEST):
            path.chmod(0o600)  # as private as the texts that the model has learned from
            with contextlib.suppress(FileNotFoundError):
                keep_rights(path, (out / path.relative_to(folder)).stat())


def write_model(model: Any, folder: Path, *, report: Any, joblib: bool = False) -> str:
    """Write a model into a folder; return the name under which it stands there.

    As files without code, with encoders that are folders of this machine, unless `joblib`.
    """
    from langalign_sk._io import atomic_file

    if joblib:
        from joblib import dump

        with atomic_file(folder / MODEL_FILE) as file:
            dump(model, file)
        return MODEL_FILE
    from langalign_sk.saved import write_files

    (folder / SAFE).mkdir()
    carry = any(map(_is_folder, _encoders_of(model.steps[0][1].model)))
    write_files(model, folder / SAFE, report=report, carry=carry)
    return SAFE


def needs_code(models: Any) -> str | None:
    """Say what of the encoders files without code can't hold; None where they hold them all."""
    from langalign_sk.encoders import HttpEncoder, OnnxEncoder
    from langalign_sk.saved import own_classes

    held = (str, Path, OnnxEncoder, *own_classes().values())
    for model in _encoders_of(models):
        if isinstance(model, HttpEncoder):
            return "the address of a server"
        if not isinstance(model, held):
            return f"an object of your own, {type(model).__name__}"
    return None


def _encoders_of(models: Any) -> list[Any]:
    return list(models.values()) if isinstance(models, Mapping) else [models]


def _is_folder(model: Any) -> bool:
    """Tell whether an encoder is in a folder of this machine."""
    from langalign_sk.encoders import HubModel, OnnxEncoder, kind_of_name

    name = model.model if isinstance(model, HubModel) else model
    if isinstance(name, str | Path):
        return kind_of_name(str(name)) == "folder"
    return isinstance(model, OnnxEncoder)


def folder_of(path: Path) -> Path:
    """Return the folder that `transfer` wrote; a path may lead to the model in it."""
    inside = path.name == SAFE and (path.parent / MANIFEST).is_file()
    return path.parent if path.name == MODEL_FILE or inside else path


def load_model(path: Path, *, cache: Any = "memory") -> Any:
    """Load the model of a folder; it is compared with the manifest before anything of it runs."""
    folder = folder_of(path)
    file = folder / MODEL_FILE
    if is_exported(folder):
        from langalign_sk.saved import load

        return load(folder)
    if (folder / SAFE / EXPORTED).is_file() and not file.exists():
        return _without_code(folder, cache)
    _refuse_others(folder)
    for _ in range(2):  # the folder may be replaced between the two readings
        manifest = _read_manifest(folder)
        data = file.read_bytes()
        if _digest(data) == manifest["files"].get(MODEL_FILE):
            break
    else:
        raise ValueError(_DAMAGED.format(file))
    _tell_changed(folder, manifest)
    differences = _differences(manifest)
    if differences:
        say(
            f"{file} was saved with {', '.join(differences)}: results may differ. Run `transfer` "
            "again, or install those versions",
            kind="warning",
        )
    return _unpickled(file, data, differences)


def _refuse_others(folder: Path) -> None:
    """Raise for a folder in which no model is."""
    if any((folder / name).is_file() for name in MARKERS):
        return
    if (folder / "onnx_pipeline.json").is_file():
        raise ValueError(f"{folder} was exported to ONNX: run it with python {folder}/run.py")
    raise ValueError(
        f"{folder / MODEL_FILE} does not exist; MODEL is the folder that `transfer` wrote"
    )


def learned_anew(path: Path) -> bool:
    """Tell whether `monitor --learn` has put a reference in the place of that of `transfer`."""
    from langalign_sk.monitor import REFERENCE_FILE

    folder = folder_of(path)
    file = folder / REFERENCE_FILE
    written = _read_manifest(folder)["files"].get(REFERENCE_FILE)
    return file.is_file() and _digest(file.read_bytes()) != written


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Say of a model that fails in use what helps: it was made with another version."""
    try:
        yield
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} does not work with langalign-sk {__version__} ({type(error).__name__}: "
            f"{str(error)[:100]}): make it anew, transfer --config {path}/settings.toml --out NEW"
        ) from error


def _without_code(folder: Path, cache: Any) -> Any:
    """Load a model of files without code, which belong together."""
    from langalign_sk.saved import load

    for last in (False, True):  # the folder may be replaced between two readings
        manifest = _read_manifest(folder)
        try:
            model = load(folder / SAFE, cache=cache)
            listed = _digest((folder / SAFE / MANIFEST).read_bytes())
        except ValueError:
            if last or manifest == _read_manifest(folder):
                raise
            continue
        if listed == manifest["files"].get(f"{SAFE}/{MANIFEST}"):
            break
    else:
        raise ValueError(_DAMAGED.format(folder / SAFE / MANIFEST))
    _tell_changed(folder, manifest)
    if not hasattr(model, "predict"):
        raise ValueError(f"{folder / SAFE} holds a {type(model).__name__}, not a classifier")
    return model


def _tell_changed(folder: Path, manifest: dict[str, Any]) -> None:
    """Say which files beside the model are not as they were written, but may not be others."""
    from langalign_sk.monitor import REFERENCE_FILE

    for name, digest in manifest["files"].items():
        file = folder / name
        beside = file.parent == folder and name not in (MODEL_FILE, REFERENCE_FILE)
        if beside and file.is_file() and _digest(file.read_bytes()) != digest:
            say(f"{file} has changed since it was written; the model has not", kind="note")


def is_exported(folder: Path) -> bool:
    """Tell whether a folder holds a model as ``export`` writes it, which runs no code."""
    return (folder / EXPORTED).is_file() and not (folder / MODEL_FILE).exists()


def saved_labels(path: Path) -> dict[str, int]:
    """Return how often each label was there to learn from; nothing where that is not known."""
    return _kept(path, "labels")


def saved_figures(path: Path) -> dict[str, Any]:
    """Return what was known of a model when it was made."""
    return _kept(path, "figures")


def _kept(path: Path, name: str) -> dict[str, Any]:
    """Return what a manifest keeps under a name."""
    folder = folder_of(path)
    if is_exported(folder):
        return {}
    _refuse_others(folder)
    found: dict[str, Any] = _read_manifest(folder).get(name, {})
    return found


def _unpickled(file: Path, data: bytes, differences: list[str]) -> Any:
    """Load the bytes of a model that are known to be sound."""
    import joblib
    from sklearn.exceptions import InconsistentVersionWarning

    with warnings.catch_warnings():
        if differences:  # said already, once instead of once an estimator
            warnings.simplefilter("ignore", InconsistentVersionWarning)
            warnings.filterwarnings("ignore", message=".* was saved by langalign_sk ")
        try:
            model = joblib.load(io.BytesIO(data))
        except Exception as error:
            why = f"; it was saved with {', '.join(differences)}" if differences else ""
            raise ValueError(
                f"{file} holds no model that can be loaded here ({type(error).__name__}: "
                f"{str(error)[:100]}){why}"
            ) from error
    if not hasattr(model, "predict"):
        raise ValueError(f"{file} holds a {type(model).__name__}, not a classifier")
    return model


def _described(folder: Path, files: list[Path]) -> dict[str, Any]:
    """Return what a manifest says, but for its own digest."""
    return {
        "format": _FORMAT,
        "files": {
            path.relative_to(folder).as_posix(): _digest(path.read_bytes()) for path in files
        },
        "versions": _versions(),
        # Of the others, the model needs nothing, and their versions do not matter.
        "in_use": [name for name in _versions() if _module(name) in sys.modules],
    }


def _written(described: dict[str, Any]) -> bytes:
    """Return the bytes of a manifest, which end in their own digest."""
    text = json.dumps(described, indent=1)
    return json.dumps({**described, "digest": _digest(text.encode())}, indent=1).encode() + b"\n"


def _read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a folder, byte for byte as it was written."""
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ValueError(
            f"{folder} has no {MANIFEST}, so nothing tells whether the model is as it was written: "
            "run `transfer` again, or, for a model that you saved yourself and trust, load it in "
            "Python"
        ) from None
    try:
        manifest: dict[str, Any] = json.loads(data)
        digest = manifest.pop("digest")
        sound = data == _written(manifest)
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        sound, digest = False, None
    if not sound or digest is None:
        raise ValueError(
            f"{path} is damaged. Copy the folder again from where it was made, or run `transfer` "
            "again"
        )
    if manifest["format"] != _FORMAT:
        raise ValueError(
            f"{path} has format {manifest['format']!r}, this version reads {_FORMAT}: install "
            f"langalign-sk {manifest['versions']['langalign-sk']}, or run `transfer` again"
        )
    return manifest


def _versions() -> dict[str, str | None]:
    """Versions of Python and of the packages that models are made with; None without them."""
    found: dict[str, str | None] = {
        "python": ".".join(map(str, sys.version_info[:3])),
        "langalign-sk": __version__,
    }
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def _differences(manifest: dict[str, Any]) -> list[str]:
    """Say which versions a model was saved with that are others here."""
    here = _versions()
    return [
        f"{name} {saved} (here {here.get(name) or 'none'})"
        for name, saved in manifest["versions"].items()
        if saved != here.get(name) and name in manifest["in_use"]
    ]


def _module(package: str) -> str:
    """Name under which a package is imported."""
    return {"python": "sys", "scikit-learn": "sklearn"}.get(package, package.replace("-", "_"))


def _digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
