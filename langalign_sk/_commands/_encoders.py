"""What ``--encoder`` may name: a model, a folder, a server, an object of Python's."""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NGRAM = "ngram"
USE = "use"
HELP = (
    "a sentence-transformers or transformers name, a folder (ONNX ones too), use, ngram, "
    "https://HOST/v1#MODEL, or package.module:NAME"
)
_LANG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_OBJECT = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
#: Endings of files that show an ONNX graph.
_GRAPHS = ("model.onnx", "onnx/model.onnx")


def languages(
    given: Sequence[str], source: str, target: str | None
) -> tuple[str | dict[str, str], str, str]:
    """Encoders by language (or the one of all), source language, target language."""
    from langalign_sk.text import match_code, same_code

    parts = [_parted(item) for item in given]
    if len(parts) == 1 and not parts[0][0]:
        name = parts[0][1]
        if target is None:
            raise ValueError("one encoder for both languages: name the other one with --target")
        if name == NGRAM:
            raise ValueError(
                f"the {NGRAM} encoder knows one language: give --encoder {source}={NGRAM} "
                f"--encoder {target}={NGRAM}"
            )
        _check_target(source, target)
        return name, source, target
    encoders: dict[str, str] = {}
    for lang, name in parts:
        if not (lang and name):
            shown = f"{lang}=" if lang else name
            raise ValueError(f"--encoder {shown}: LANG=NAME is needed for each language")
        if any(same_code(lang, other) for other in encoders):
            raise ValueError(f"--encoder {lang}= is given twice")
        encoders[lang] = name
    named = match_code(source, encoders)
    others = [lang for lang in encoders if lang != named]
    other = target is not None and match_code(target, others) is None
    if named is None or len(others) != 1 or other:
        wanted = target or "LANG"
        raise ValueError(
            f"two encoders are needed, --encoder {source}=NAME --encoder {wanted}=NAME; got "
            f"{', '.join(encoders)} (--source names the language of the labels)"
        )
    _check_target(named, others[0])
    return encoders, named, others[0]


def model_of(name: str, *, option: str = "--encoder", api_key_env: str | None = None) -> Any:
    """Return what `EmbeddingExtractor` takes for a name, after a look at whether it is there.

    Nothing large is loaded. A server is asked for the vector of one word.

    Parameters
    ----------
    name : str
        What the option says.
    option : str
        What errors call it.
    api_key_env : str, optional
        Environment variable with the key for a server.
    """
    if name == NGRAM:
        return name
    if name.startswith(("http://", "https://")):
        return _served(name, option, api_key_env)
    if name == "" or name.isspace():
        raise ValueError(f"{option}: the name of an encoder is missing")
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _in_folder(name, folder, option)
    if _OBJECT.fullmatch(name) and not folder.exists():
        return _object(name, option)
    return _named(name, option)


def models_of(encoders: str | Mapping[str, str], *, api_key_env: str | None = None) -> Any:
    """Return the encoder of all languages, or those of each, after a look at each."""
    if isinstance(encoders, str):
        return model_of(encoders, option=f"--encoder {encoders}", api_key_env=api_key_env)
    return {
        lang: model_of(name, option=f"--encoder {lang}={name}", api_key_env=api_key_env)
        for lang, name in encoders.items()
    }


def _parted(item: str) -> tuple[str, str]:
    """Part a language from a name; an address may have an equals sign of its own."""
    lang, sign, name = item.partition("=")
    if sign and (not lang or _LANG.fullmatch(lang.strip())):
        return lang.strip(), name.strip()
    return "", item.strip()


def _check_target(source: str, target: str) -> None:
    """Refuse a transfer to the same language."""
    from langalign_sk.text import same_code

    if same_code(source, target):
        raise ValueError(f"--source and --target are both {source}: two languages are needed")


def _served(name: str, option: str, api_key_env: str | None) -> Any:
    """Return the encoder behind an address, which has answered once."""
    from langalign_sk.encoders import HttpEncoder

    url, mark, model = name.rpartition("#")
    if not mark or not model or not url:
        raise ValueError(f"{option}: name the model behind the address, {name.rstrip('#')}#MODEL")
    if api_key_env is not None and not os.environ.get(api_key_env):
        raise ValueError(f"--api-key-env {api_key_env}: this environment variable is not set")
    try:
        encoder = HttpEncoder(url, model, api_key_env=api_key_env)
        encoder.encode(["hello"])
    except (OSError, ValueError, RuntimeError) as error:
        said = str(error).replace("api_key_env", "--api-key-env").replace("url must", "this must")
        raise ValueError(f"{option}: {said}") from error
    return encoder


def _in_folder(name: str, folder: Path, option: str) -> Any:
    """Return the encoder in a folder: a graph, or a checkpoint by its path."""
    from langalign_sk.encoders import OnnxEncoder

    weights = [*folder.glob("*.safetensors"), *folder.glob("*.bin"), folder / "modules.json"]
    graph = any((folder / graph).is_file() for graph in _GRAPHS)
    if graph and not any(file.is_file() for file in weights):
        try:
            encoder = OnnxEncoder(folder)
            encoder.encode(["hello"])  # how it pools shows in the graph alone
        except (OSError, ValueError, ImportError) as error:
            raise ValueError(f"{option}: {_in_shell_words(str(error), folder)}") from error
        return encoder
    return _named(name, option)


def _in_shell_words(said: str, folder: Path) -> str:
    """Say what is wrong with a graph to someone who is not in Python."""
    about, asks, _ = said.partition(": say pooling=")
    if asks:
        file = folder / "1_Pooling" / "config.json"
        return (
            f'{about}: write {{"pooling_mode": "mean"}} into {file}, or "cls" or "max" for mean, '
            "as the model's own page says"
        )
    return said.replace("write the folder with export_onnx", "name the model itself instead")


def _object(name: str, option: str) -> Any:
    """Return the object that a module holds, made if it is a class or a function."""
    module, _, attribute = name.partition(":")
    if os.getcwd() not in sys.path:  # as `python -m` and uvicorn have it
        sys.path.insert(0, os.getcwd())
    try:
        found: Any = importlib.import_module(module)
    except ImportError as error:
        raise ValueError(
            f"{option}: the module {module} can't be imported from here ({error})"
        ) from error
    except Exception as error:  # whatever a module may do while it is read
        raise ValueError(
            f"{option}: the module {module} failed ({type(error).__name__}: {error})"
        ) from error
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise ValueError(f"{option}: the module {module} has no {attribute}")
        found = getattr(found, part)
    if isinstance(found, type) or (callable(found) and not _encodes(found)):
        try:
            found = found()
        except Exception as error:  # of the user's own code
            raise ValueError(
                f"{option}: {attribute}() failed ({type(error).__name__}: {error})"
            ) from error
    if not _encodes(found) and not isinstance(found, str):
        raise ValueError(
            f"{option}: {attribute} is a {type(found).__name__}; an object with encode(texts) or "
            "transform(texts) is needed, or a function that makes one"
        )
    kept = any(hasattr(found, name) for name in ("transform", "fingerprint"))
    if _encodes(found) and not kept and type(found).__name__ != "SentenceTransformer":
        raise ValueError(
            f"{option}: a model with {attribute} can't be saved: give the object a method "
            "fingerprint(), which returns a text that changes when its vectors do"
        )
    return found


def _encodes(found: Any) -> bool:
    """Tell whether this is an encoder."""
    return not isinstance(found, type) and (hasattr(found, "encode") or hasattr(found, "transform"))


def _named(name: str, option: str) -> str:
    """Return the name of a checkpoint that is there, here or on the Hub."""
    from langalign_sk.encoders import HubModel, checkpoint_of

    if name.endswith((".onnx", ".safetensors", ".bin", ".gguf")) or Path(name).is_file():
        raise ValueError(f"{option}: this is a file; name the folder that it is in")
    try:
        checkpoint_of(HubModel(name))
    except ImportError as error:
        how = str(error).partition("pip install")[2]
        raise ValueError(f"{option}: a package is missing: pip install{how}") from error
    except (OSError, ValueError) as error:
        said = re.sub(r"^model='.*?'(:)?\s*", "", str(error))
        said = said.replace("give token_env", "set HF_TOKEN").replace(
            "name the environment variable with your token, token_env='HF_TOKEN'",
            "set HF_TOKEN to your token",
        )
        near = _near(name)
        raise ValueError(f"{option}: {said}{near}") from error
    return name


def _near(name: str) -> str:
    """Say which word was meant, perhaps."""
    import difflib

    found = difflib.get_close_matches(name.lower(), [NGRAM, USE], n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""
