"""What a run would do, for ``--dry-run``: files, encoders, languages, how long it may take."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langalign_sk._commands._encoders import NGRAM

if TYPE_CHECKING:
    from langalign_sk._commands._make import Material

_TIMED = 32  # texts
#: Seconds of a comparison: at least, and for each labelled text and each pair (two cores).
_COMPARING = (5.0, 0.02, 0.01)


class Planned(Exception):  # noqa: N818 - ends a run that only plans, no error
    """Ends a run before its work, with what it would do."""


def plan(material: Material, names: str | Mapping[str, str], models: Any) -> str:
    """Say what would be done.

    Parameters
    ----------
    material : Material
        What was read.
    names : str or mapping
        Encoders as they were named.
    models : object or mapping
        The same, as `EmbeddingExtractor` takes them.
    """
    here, there = material.source_lang, material.target_lang
    lines = [f"from {here} (labels) to {there} (texts to classify)", "", "files"]
    lines += [f"  {file['what']}: {file['line']}" for file in material.files]
    lines += ["", "encoders"]
    seconds = 0.0
    for lang in (here, there):
        texts = _texts(material)[lang]
        name = names if isinstance(names, str) else _of(names, lang)
        model = models if isinstance(names, str) else _of(models, lang)
        each = _seconds_per_text(model, texts, lang)
        seconds += each * len(texts)
        lines.append(f"  {lang}: {name}, {len(texts):,} texts, about {_spoken(each * len(texts))}")
    least, of_text, of_pair = _COMPARING
    compared = least + of_text * len(material.train) + of_pair * material.pairs.n_pairs
    lines += [
        "",
        f"time: about {_spoken(seconds)} to encode (less what --cache holds), and "
        f"{_spoken(compared)} or more to compare the ways",
    ]
    return "\n".join(lines)


def _of(named: Mapping[str, Any], lang: str) -> Any:
    """Return what is said of a language."""
    from langalign_sk.text import match_code

    return named[match_code(lang, named) or lang]


def _texts(material: Material) -> dict[str, list[str]]:
    """Return the distinct texts of each language."""
    of_target = [*material.unlabeled, *material.test, *material.target]
    rows = {
        material.source_lang: [*material.train, *material.pairs.source],
        material.target_lang: [*material.pairs.target, *of_target],
    }
    return {
        lang: list(dict.fromkeys(t for row in of for t in ([row] if isinstance(row, str) else row)))
        for lang, of in rows.items()
    }


def _seconds_per_text(model: Any, texts: Sequence[str], lang: str) -> float:
    """Time an encoder on a few texts as long as the others."""
    if model == NGRAM:
        return 2e-4
    from langalign_sk import EmbeddingExtractor

    some = sorted(texts, key=len)[:: max(1, len(texts) // _TIMED)][:_TIMED]
    embedder = EmbeddingExtractor(model, languages=[lang], cache=None)
    embedder.transform(some[:1])  # loads it
    start = time.perf_counter()
    embedder.transform(some)
    return (time.perf_counter() - start) / len(some)


def _spoken(seconds: float) -> str:
    """Say a time as one would."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
