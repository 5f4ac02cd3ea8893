"""What new texts are compared with: a sample of vectors, what the model said, what pairs cover."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from langalign_sk._io import atomic_file
from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk._version import __version__
from langalign_sk.monitor._reading import Reading, Seen
from langalign_sk.saved import REFERENCE_FILE as REFERENCE_FILE, read_tensors, write_tensors
from langalign_sk.selection import Cover, distinct

#: Rows that are kept, of the reference and of each side of the pairs.
MOST_ROWS = 2000
#: Share of the pairs' own rows outside of what the others cover.
NOMINAL = 0.05
_NEIGHBORS = 5
_FORMAT = 1
#: Bytes of the largest file that is read.
_MOST_BYTES = 2**30
_NAMES = ("spoken", "langs", "classes")


@dataclass(frozen=True, eq=False)
class Reference:
    """Texts of the service as a model saw them when all was well; none of their text.

    `Monitor.fit` makes it.

    Attributes
    ----------
    n_rows : int
        Texts that it was made of.
    made : str
        Date.
    rows : Seen or None
        A sample of them: vectors, languages, classes, confidence. None where there were none.
    covers : dict of str to Cover
        What one side of the pairs covers, by language.
    """

    n_rows: int
    made: str
    rows: Seen | None = field(repr=False)
    covers: dict[str, Cover] = field(repr=False)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write one file that holds no code; it appears whole or not at all.

        Parameters
        ----------
        path : path
            The file, such as ``"out/reference.safetensors"``.
        """
        about: dict[str, Any] = {
            "format": _FORMAT,
            "langalign_sk": __version__,
            "n_rows": self.n_rows,
            "made": self.made,
            "covers": [
                {"lang": lang, "threshold": one.threshold, "n_neighbors": one.n_neighbors}
                for lang, one in self.covers.items()
            ],
            "names": {},
        }
        arrays: dict[str, npt.NDArray[Any]] = {}
        for number, one in enumerate(self.covers.values()):
            arrays[f"cover{number}"] = one.rows.astype(np.float16)
            arrays[f"centre{number}"] = one.centre.astype(np.float32)
        if self.rows is not None:
            arrays["vectors"] = self.rows.vectors.astype(np.float16)
            arrays["readable"] = self.rows.readable
            arrays["confidence"] = self.rows.confidence.astype(np.float32)
            arrays["far"] = self.rows.far.astype(np.float32)
            arrays["proba"] = self.rows.proba.astype(np.float16)
            for name in _NAMES:
                known, codes = np.unique(vars(self.rows)[name].astype(str), return_inverse=True)
                arrays[name] = codes.astype(np.int32)
                about["names"][name] = known.tolist()
        about["sha256"] = _digest(arrays)
        text = json.dumps(about, ensure_ascii=False).encode("utf-8", "backslashreplace")
        with atomic_file(path) as file:
            write_tensors(cast(BinaryIO, file), {**arrays, "about": np.frombuffer(text, np.uint8)})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Reference:
        """Read what `save` wrote; nothing of the file is run.

        Parameters
        ----------
        path : path
            The file.

        Returns
        -------
        Reference
        """
        path = Path(path)
        if not path.is_file():
            raise ValueError(f"{path} does not exist: it is what new texts are compared with")
        again = f"{path} is damaged, or no reference of a monitor: make it again"
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(again)
        try:
            arrays = read_tensors(memoryview(path.read_bytes()), str(path))
        except ValueError as error:
            raise ValueError(f"{again} ({error})") from error
        try:
            about = json.loads(arrays.pop("about").tobytes())
            if about["format"] != _FORMAT:
                raise ValueError(
                    f"{path} was written by langalign-sk {str(about['langalign_sk'])[:20]}, in a "
                    "way that this version does not read: make it again"
                )
            if about["sha256"] != _digest(arrays):
                raise ValueError(again)
            return cls(
                int(about["n_rows"]),
                str(about["made"]),
                _rows_of(arrays, about["names"]),
                _covers_in(arrays, about["covers"]),
            )
        except (KeyError, TypeError, IndexError, AttributeError, UnicodeDecodeError) as error:
            raise ValueError(again) from error
        except json.JSONDecodeError as error:
            raise ValueError(again) from error


def made_of(
    reading: Reading, seen: Seen | None, covers: dict[str, Cover], random: np.random.RandomState
) -> Reference:
    """Keep what is needed of rows, beside what is covered."""
    n_rows, kept = 0, None
    if seen is not None and len(seen):
        n_rows = len(seen)
        kept = seen.take(np.sort(random.permutation(n_rows)[:MOST_ROWS]))
        rounded = {"vectors": _rounded(kept.vectors), "proba": _rounded(kept.proba)}
        kept = Seen(**{**vars(kept), **rounded})
        kept = located(covers, reading, kept)
    return Reference(n_rows, datetime.now(UTC).strftime("%Y-%m-%d"), kept, covers)


def located(covers: Mapping[str, Cover], reading: Reading, seen: Seen) -> Seen:
    """Return rows with their distance from what the pairs cover, 1 at its edge."""
    return Seen(**{**vars(seen), "far": distances(covers, reading, seen)})


def covers_of(pairs: Sequence[Any], random: np.random.RandomState) -> dict[str, Cover]:
    """Return what each side of pairs of vectors covers, by language."""
    covers: dict[str, Cover] = {}
    for corpus in pairs:
        for lang, side in (
            (corpus.source_lang, corpus.source),
            (corpus.target_lang, corpus.target),
        ):
            own = distinct(np.asarray(side, dtype=np.float32))
            if str(lang) not in covers and len(own) > _NEIGHBORS:
                own = _rounded(own[random.permutation(len(own))[:MOST_ROWS]])
                covers[str(lang)] = Cover.of(
                    own, n_neighbors=_NEIGHBORS, quantile=1 - NOMINAL, random_state=random
                )
    return covers


def distances(covers: Mapping[str, Cover], reading: Reading, seen: Seen) -> Float64Array:
    """Return how far rows are from what the pairs cover, 1 at its edge, without end beyond 10."""
    far = np.full(len(seen), np.nan)
    for lang in set(seen.langs[seen.readable]):
        here = np.flatnonzero((seen.langs == lang) & seen.readable)
        known = [lang] if lang in covers else [] if lang else list(covers)
        for one in known:
            width = covers[one].rows.shape[1]
            sides = _sides(seen.vectors[here], width, one, reading)
            if sides is None:
                continue
            own = covers[one].distances(sides) / covers[one].threshold
            own = np.minimum(own.reshape(len(here), -1).max(axis=1), 10.0)
            far[here] = np.fmin(far[here], own)
    return far


def _sides(rows: FloatArray, width: int, lang: str, reading: Reading) -> FloatArray | None:
    """Return the vectors of single texts in the columns of a language, one below the other."""
    layout = reading.layout
    whole = width if layout is None or rows.shape[1] % layout.width else layout.width
    if rows.shape[1] % whole:
        return None
    single = rows.reshape(-1, whole)
    if whole == width:
        return single
    assert layout is not None
    if lang not in layout or layout.width_of(lang) != width:
        return None
    return single[:, layout.columns(lang)]


def _rounded(rows: FloatArray) -> FloatArray:
    """Return rows as the file keeps them."""
    return rows.astype(np.float16).astype(np.float32)


def _rows_of(arrays: dict[str, Any], names: dict[str, list[str]]) -> Seen | None:
    """Return the rows of a file."""
    if "vectors" not in arrays:
        return None
    told = {name: np.array(names[name], dtype=object)[arrays[name]] for name in _NAMES}
    rows = Seen(
        vectors=arrays["vectors"].astype(np.float32),
        readable=arrays["readable"],
        confidence=arrays["confidence"].astype(np.float64),
        far=arrays["far"].astype(np.float64),
        proba=arrays["proba"].astype(np.float64),
        **told,
    )
    lengths = {len(column) for column in vars(rows).values()}
    if len(lengths) != 1 or rows.vectors.ndim != 2 or rows.proba.ndim != 2:
        raise TypeError("columns of different lengths")
    return rows


def _covers_in(arrays: dict[str, Any], listed: list[dict[str, Any]]) -> dict[str, Cover]:
    """Return what is covered, of a file."""
    return {
        str(one["lang"]): Cover(
            arrays[f"cover{number}"].astype(np.float32),
            arrays[f"centre{number}"],
            float(one["threshold"]),
            int(one["n_neighbors"]),
        )
        for number, one in enumerate(listed)
    }


def _digest(arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    """Return the SHA-256 of all arrays."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode() + np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
