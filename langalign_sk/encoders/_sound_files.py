"""Files of a checkpoint that came with a saved model: data, and nothing that names code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from langalign_sk.encoders._checkpoint import CODE_FREE

_MODULE = re.compile(
    r"sentence_transformers\.[a-zA-Z_.]+\.(Dense|Dropout|LayerNorm|Normalize|Pooling|Transformer)"
)
_ACTIVATION = re.compile(r"torch\.nn\.modules\.(activation\.[A-Za-z]+|linear\.Identity)")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*){0,3}")
#: Names code or another place, whatever is in it.
_REFUSED = ("adapter_config.json", "router_config.json")


def check_files(names: Iterable[str], read: Callable[[str], bytes]) -> None:
    """Raise unless files are those of a checkpoint that runs no code of its own.

    Names are those below its folder; `read` gives the content of one.
    """
    for name in names:
        last = name.split("/")[-1]
        if not _NAME.fullmatch(name) or not name.endswith(CODE_FREE) or last in _REFUSED:
            raise ValueError(f"a checkpoint with the file {name[:80]!r}, which is not taken along")
        if name.endswith(".json"):
            _check_json(name, read(name))


def _check_json(name: str, data: bytes) -> None:
    """Raise where settings name code that is not that of the libraries."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the checkpoint's {name} is no sound JSON") from error
    last = name.split("/")[-1]
    if last == "modules.json":
        _check_modules(name, content)
    elif last == "config.json" and isinstance(content, dict):
        activation = str(content.get("activation_function", content.get("activation", "")))
        if "." in activation and not _ACTIVATION.fullmatch(activation):
            raise ValueError(f"the checkpoint's {name} names the function {activation[:80]!r}")
    if last.endswith("config.json") and isinstance(content, dict) and "auto_map" in content:
        raise ValueError(f"the checkpoint's {name} names code of its own (auto_map)")


def _check_modules(name: str, content: Any) -> None:
    """Raise for modules other than the usual ones of sentence-transformers."""
    modules: list[Any] = content if isinstance(content, list) else [None]
    for module in modules:
        entry: dict[str, Any] = module if isinstance(module, dict) else {}
        kind, path = str(entry.get("type", "")), str(entry.get("path", ""))
        if not _MODULE.fullmatch(kind):
            raise ValueError(f"the checkpoint's {name} names the module {kind[:80]!r}")
        if path and not _NAME.fullmatch(path):
            raise ValueError(f"the checkpoint's {name} names the folder {path[:80]!r}")
