"""Rows at the width of their own language, without the columns of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np
from sklearn.utils import check_array

from langalign_sk._numeric import FloatArray, as_float_matrix, as_numpy
from langalign_sk.align._block_codes import block_codes
from langalign_sk.align._stacked import stacked, stacked_langs, unstacked, width_hint
from langalign_sk.text import BlockLayout, placed

_FLOATS = [np.float64, np.float32]
#: Of more languages than this, only one order of the blocks is tried.
_MOST_ORDERED = 3


def come_apart(widths: Mapping[str, int], layout: BlockLayout | None) -> bool:
    """Tell whether each language has columns of its own: in blocks, or by its width."""
    return layout is not None or len(set(widths.values())) > 1


def own_codes(
    width: int, n_rows: int, declared: np.ndarray | None, widths: Mapping[str, int], names: Any
) -> np.ndarray:
    """Return the index into `names` of each row that comes at the width of its own language."""
    if declared is not None:
        wide = np.array([widths[name] for name in names])[declared]
        wrong = np.flatnonzero(wide != width)
        if len(wrong):
            lang = names[declared[wrong[0]]]
            raise ValueError(
                f"lang= says {lang!r} for row {wrong[0]} of X, but vectors in {lang!r} are "
                f"{wide[wrong[0]]} wide, and X has {width} columns"
            )
        return declared
    alike = [j for j, name in enumerate(names) if widths[name] == width]
    if len(alike) > 1:
        several = [names[j] for j in alike]
        raise ValueError(
            f"X has {width} columns, and so have vectors in each of {several}: say which language "
            f"the rows are in, with lang={several[0]!r} or a code for each row; or put them into "
            "blocks, to_blocks(X, lang)"
        )
    return np.full(n_rows, alike[0])


def _told(columns: str, widths: Mapping[str, int], layout: BlockLayout | None, hint: str) -> str:
    """Say how wide rows may be."""
    own = " or ".join(f"{width} ({lang})" for lang, width in widths.items())
    if layout is not None:
        return (
            f"{columns}, but the pairs came in the language blocks {layout} ({layout.width} "
            f"columns): X must come from the same extractor, whole or at the width of one "
            f"language, {own}{hint}"
        )
    return (
        f"{columns}, but by the pairs rows are {own} wide: rows of one language must come from the "
        "encoder that its pairs came from. Rows of several languages go into one matrix with "
        f"to_blocks(){_named(widths)}{hint}"
    )


def check_width(
    n_features: int,
    widths: Mapping[str, int],
    layout: BlockLayout | None,
    *,
    n_texts: int = 1,
) -> None:
    """Refuse rows of another width than the pairs allow; `n_features` are those of one text."""
    known = set(widths.values()) | ({layout.width} if layout is not None else set())
    if n_features in known:
        return
    columns = f"X has {n_features * n_texts} columns"
    if n_texts > 1:
        columns += f", {n_features} for each text"
    wide = layout.width if layout is not None else next(iter(widths.values()))
    hint = width_hint(n_features * n_texts, wide * n_texts, n_texts)
    if come_apart(widths, layout):
        raise ValueError(_told(columns, widths, layout, hint))
    if n_features == sum(widths.values()):
        hint += f"; for rows in language blocks{_named(widths)}"
    raise ValueError(
        f"{columns}, but the pairs are {wide} wide in each of {list(widths)}: rows must come from "
        f"the encoder that the pairs were embedded with{hint}"
    )


def _named(widths: Mapping[str, int]) -> str:
    """Say how the blocks are named, where the vectors do not tell them."""
    mapping = ", ".join(f'"{lang}": {width}' for lang, width in widths.items())
    return f", give the aligner blocks={{{mapping}}}, or the pairs the same as layout="


def found_blocks(X: FloatArray, widths: Mapping[str, int]) -> BlockLayout | None:
    """Return the one order of the languages in which each row of `X` fills a block.

    None where rows are not as wide as all languages together, or these have one width. The rows of
    a language must use the first and the last column of its block: a shifted border would pass
    otherwise.
    """
    if X.shape[1] != sum(widths.values()) or len(set(widths.values())) == 1:
        return None
    few = len(widths) <= _MOST_ORDERED
    orders = permutations(widths) if few else [tuple(widths)]
    layouts = [BlockLayout({lang: widths[lang] for lang in order}) for order in orders]
    found = [layout for layout in layouts if _fills(X, layout)]
    return found[0] if len(found) == 1 else None


def _fills(X: FloatArray, layout: BlockLayout) -> bool:
    """Tell whether each row is in one block, and each block that is used is used to its ends."""
    try:
        codes = block_codes(X, layout, layout.languages)
    except ValueError:
        return False
    for code in np.unique(codes):
        columns = layout.columns(layout.languages[code])
        ends = X[codes == code][:, [columns.start, columns.stop - 1]]
        if not (ends != 0).any(axis=0).all():
            return False
    return True


def in_blocks(aligner: Any, X: FloatArray, lang: Any) -> FloatArray:
    """Return rows as wide as the blocks of a fitted aligner, where it has any."""
    layout, n_texts = aligner.layout_, aligner.n_texts
    if layout is None or X.shape[1] == n_texts * layout.width:
        return X
    singles, lang = stacked(X, n_texts), stacked_langs(lang, n_texts)
    codes = aligner._codes(singles, lang)
    out = np.zeros((len(singles), layout.width), dtype=X.dtype)
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        out[rows] = placed(singles[rows], layout, str(aligner.languages_[code]))
    return unstacked(out, n_texts)


def later_rows(estimator: Any, X: Any, aligner: Any, n_texts: int) -> FloatArray | None:
    """Return rows that are as wide as another language than those of fit.

    None where they are as wide as those of fit, or as none: scikit-learn's own check is for these.
    """
    widths, layout = aligner.widths_, aligner.layout_
    if not come_apart(widths, layout):
        return None
    shape: Sequence[int] = np.shape(X)
    if len(shape) != 2 or shape[1] == estimator.n_features_in_ or shape[1] % n_texts:
        return None
    check_width(shape[1] // n_texts, widths, layout, n_texts=n_texts)
    X = check_array(as_numpy(X), dtype=_FLOATS, ensure_all_finite=False, input_name="X")
    return as_float_matrix(X, name="X")
