"""Texts that went wrong, as lists that unfold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from langalign_sk.report._errors import N_NEAREST
from langalign_sk.report._page_parts import esc

if TYPE_CHECKING:
    import pandas as pd

_LONGEST = 200
_LONGEST_NEAR = 140


def error_list(errors: pd.DataFrame, most: int, langs: Sequence[str]) -> str:
    """Misclassified texts, each with the training texts it is nearest to.

    Parameters
    ----------
    errors : DataFrame
        Rows of `TransferReport.errors`.
    most : int
        Show this many.
    langs : sequence of str
        Source and target language.
    """
    items = "".join(_item(row, langs) for _, row in errors.head(most).iterrows())
    left = len(errors) - most
    more = f'<p class="left">and {left:,} more</p>' if left > 0 else ""
    return f'<ul class="texts">{items}</ul>{more}'


def _item(row: Any, langs: Sequence[str]) -> str:
    """One misclassified text."""
    near = "".join(
        f'<li><span class="class">{esc(row[f"near{rank}_class"], 60)}</span> '
        f'<span class="cosine">{row[f"near{rank}_cosine"]:.2f}</span> '
        f"{text_of(row[f'near{rank}'], langs[0], _LONGEST_NEAR)}</li>"
        for rank in range(1, N_NEAREST + 1)
        if row[f"near{rank}"] is not None and row[f"near{rank}"] == row[f"near{rank}"]
    )
    beside = f'<p class="near">Nearest training texts</p><ol>{near}</ol>' if near else ""
    return (
        f"<li>{text_of(row['text'], langs[1], _LONGEST)}"
        f'<p class="classes"><span class="class">{esc(row["true"], 60)}</span> taken for '
        f'<span class="class wrong">{esc(row["predicted"], 60)}</span></p>{beside}</li>'
    )


def text_of(text: object, lang: str, longest: int = _LONGEST) -> str:
    """A user's text in its language, whatever way it runs."""
    return f'<q lang="{esc(lang)}" dir="auto">{esc(text, longest)}</q>'
