"""A report on vectors that the user has already: rows of numbers in the place of texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from langalign_sk._numeric import FloatArray, as_float_matrix, as_numpy
from langalign_sk.corpus import ParallelCorpus, TextPool
from langalign_sk.maps import one_space
from langalign_sk.report._texts import ALL, Labels, Space, Texts, read_more
from langalign_sk.text import BlockLayout, match_code


class GivenVectors:
    """Vectors by the part they play, where otherwise an extractor makes them of texts."""

    # What the report asks of an extractor.
    model = None
    column = None
    detect = None
    two_texts = "apart"

    def __init__(
        self, rows: dict[str, FloatArray], pairs: ParallelCorpus, pools: list[TextPool]
    ) -> None:
        self.rows, self.pairs, self.pools = rows, pairs, pools

    def get_layout(self) -> BlockLayout:
        """Return the blocks that the two languages get."""
        assert self.pairs.layout is not None
        return self.pairs.layout

    def spec(self) -> str:
        """Return a name for these vectors."""
        return f"vectors:{self.pairs.fingerprint}"


class VectorSpace(Space):
    """The vectors of a report as candidates read them: each language in its block."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts)
        given = texts.vectors
        self.original = self.extractor = given
        self.layout = given.get_layout()
        self._pairs[ALL], self._pools = given.pairs, given.pools

    @property
    def shared(self) -> bool:
        """True where the pairs say that both languages are in one space as they are."""
        widths = self.pairs().widths
        return widths is not None and len(set(widths)) == 1 and one_space(self.pairs().moments)

    def seconds_per_text(self, part: str) -> float:
        """Return 0: nothing is encoded here."""
        return 0.0

    def size_bytes(self) -> float:
        """Return 0: no encoder is saved."""
        return 0.0

    def n_parameters(self) -> float:
        """Return NaN: the encoders are not here."""
        return float("nan")

    def fitted_extractor(self) -> Any:
        """Return None: models take vectors."""
        return None

    def _embedded(self, part: str) -> FloatArray:
        return self._placed(self.texts.vectors.rows[part], part)


def read_vectors(X: Any, X_target: Any, pairs: ParallelCorpus, unlabeled: Any) -> Texts:
    """Return the vectors of a report as its texts, which are then the names of rows."""
    langs = {"X": str(pairs.source_lang), "X_target": str(pairs.target_lang)}
    layout = pairs.layout
    if layout is None:
        assert pairs.widths is not None
        layout = BlockLayout(dict(zip(langs.values(), pairs.widths, strict=True)))
    rows = {"X": _own(X, "X", langs["X"], layout)}
    if X_target is not None:
        rows["X_target"] = _own(X_target, "X_target", langs["X_target"], layout)
    pools = [unlabeled] if isinstance(unlabeled, TextPool) else list(unlabeled or [])
    for pool in pools:
        if not isinstance(pool, TextPool) or pool.detached or pool.is_text:
            raise ValueError(
                "the pairs are vectors, and so must unlabeled be: TextPool(vectors, "
                f'lang="{langs["X_target"]}"), or a list of them, got {pool!r:.80}'
            )
        name = match_code(pool.lang, layout.languages)
        if name is not None and pool.width != layout.width_of(name):
            raise ValueError(
                f"unlabeled rows in {pool.lang!r} are {pool.width} wide, the pairs "
                f"{layout.width_of(name)}"
            )
    own = ParallelCorpus(
        pairs.source,
        pairs.target,
        source_lang=pairs.source_lang,
        target_lang=pairs.target_lang,
        weight=pairs.weight,
        layout=layout,
    )
    langs |= {"pairs_source": langs["X"], "pairs_target": langs["X_target"]}
    langs["X_more"] = langs["X_target"]
    sides = {"pairs_source": own.source, "pairs_target": own.target}
    names = _names({**rows, **sides})
    return Texts(names, langs, own, pools, vectors=GivenVectors(rows, own, pools))


def more_vectors(texts: Texts, X: Any, y: Any, *, classes: Labels, column: Any = None) -> Labels:
    """Put labelled target rows that are learned from among the vectors; return their labels."""
    given = texts.vectors
    rows = _own(X, "target_labels", texts.langs["X_more"], given.get_layout())
    found = read_more(texts, [f"target_labels[{n}]" for n in range(len(rows))], y, classes=classes)
    given.rows["X_more"] = rows
    return found


def are_vectors(X: Any) -> bool:
    """Tell whether rows are numbers, not texts."""
    rows = as_numpy(X)
    if isinstance(rows, list | tuple):
        first = rows[0] if rows else ""
        if isinstance(first, str) or (isinstance(first, list | tuple) and str in map(type, first)):
            return False  # without an array of all texts, each as wide as the longest
    try:
        array = np.asarray(rows)
    except ValueError:  # rows of unequal length
        return False
    return array.ndim == 2 and array.dtype.kind in "fiub"


def _own(X: Any, name: str, lang: str, layout: BlockLayout) -> FloatArray:
    """Return rows of one language at its own width."""
    if not are_vectors(X):
        raise ValueError(
            f"the pairs are vectors, so {name} must be too: an array with one row per text, "
            f"{layout.width_of(lang)} wide in {lang!r}; for texts, give pairs of texts and an "
            "embedder"
        )
    rows = as_float_matrix(as_numpy(X), name=name)
    width = layout.width_of(lang)
    if rows.shape[1] == layout.width:
        columns = layout.columns(lang)
        outside = np.delete(np.arange(layout.width), np.arange(columns.start, columns.stop))
        if rows[:, outside].any():
            row = int(np.flatnonzero(rows[:, outside].any(axis=1))[0])
            raise ValueError(f"row {row} of {name} is not in the block of {lang!r} ({layout})")
        return rows[:, columns]
    if rows.shape[1] != width:
        raise ValueError(
            f"{name} has {rows.shape[1]} columns, but vectors in {lang!r} are {width} wide by the "
            f"pairs ({', '.join(f'{n} {layout.width_of(n)}' for n in layout.languages)})"
        )
    return rows


def _names(rows: Mapping[str, FloatArray]) -> dict[str, list[Any]]:
    """Return a name for each row; equal vectors have one, as equal texts would."""
    known: dict[bytes, str] = {}
    found: dict[str, list[Any]] = {}
    for part, matrix in rows.items():
        shown = part.replace("pairs_", "pairs.")
        keys = (np.ascontiguousarray(row).tobytes() for row in matrix)
        found[part] = [known.setdefault(key, f"{shown}[{n}]") for n, key in enumerate(keys)]
    return found
