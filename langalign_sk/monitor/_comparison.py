"""New texts against the reference: a table, sentences, a page, and nothing that embeds."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from langalign_sk._io import atomic_file
from langalign_sk.monitor._checks import Judged, judged, told_apart
from langalign_sk.monitor._page import render
from langalign_sk.monitor._reading import ANY, Seen
from langalign_sk.monitor._reference import MOST_ROWS, NOMINAL, Reference
from langalign_sk.monitor._words import CHECKS, most_changed, sentence, sentences
from langalign_sk.report import framed, write_page

if TYPE_CHECKING:
    import pandas as pd

#: Texts to read, at most.
_MOST_EXAMPLES = 40
#: Share outside that is too large where nothing tells what was usual: as `Coverage.ok` has it.
_TOO_FAR = 0.25


@dataclass(frozen=True, eq=False)
class Comparison:
    """New texts, held against those of the reference.

    `Monitor.compare` makes it.

    Attributes
    ----------
    drifted : bool
        Whether any check has drifted.
    table : DataFrame
        A row per check: its figure in the reference and now, `p` (how often it would be as unlike
        by chance), `p_all` (how often any check would), `drifted`, and a `sentence`.
    languages, classes : DataFrame
        Shares in the reference and now, by language or what else there is to say of a text, and by
        predicted class.
    rows : DataFrame
        New texts most unlike the reference, to be read: row, text, language, class, confidence,
        whether it is outside of what the pairs cover.
    n_rows : int
        New texts.
    n_reference : int
        Texts of the reference; 0 where only pairs are known.
    false_alarms : float
        Share of comparisons that see a change where there is none.
    sentences : dict of str to str
        The answer in words: verdict, sure, next.

    See Also
    --------
    Monitor : Makes it.
    """

    drifted: bool
    table: pd.DataFrame = field(repr=False)
    languages: pd.DataFrame = field(repr=False)
    classes: pd.DataFrame = field(repr=False)
    rows: pd.DataFrame = field(repr=False)
    n_rows: int
    n_reference: int
    false_alarms: float
    sentences: dict[str, str] = field(repr=False)

    def summary(self) -> str:
        """Return the answer in words.

        Returns
        -------
        str
            The verdict, a line for each check, and what to do.
        """
        marks = np.where(self.table["drifted"], "!", " ").tolist()
        found = [f" {m} {s}" for m, s in zip(marks, self.table["sentence"], strict=True)]
        said = self.sentences
        return "\n".join([said["verdict"], *found, said["sure"], said["next"]])

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return everything but the texts as JSON, and write it to a file if one is named.

        Parameters
        ----------
        path : path, default=None
            The file; it appears whole or not at all.

        Returns
        -------
        str
        """
        found = {
            "drifted": self.drifted,
            "rows": self.n_rows,
            "reference_rows": self.n_reference,
            "false_alarms": self.false_alarms,
            "sentences": self.sentences,
            "checks": _records(self.table),
            "languages": _records(self.languages),
            "classes": _records(self.classes),
            "unlike": _records(self.rows.drop(columns="text")),
        }
        text = json.dumps(found, ensure_ascii=False, indent=1)
        if path is not None:
            with atomic_file(path) as file:
                file.write(text.encode("utf-8", "backslashreplace") + b"\n")
        return text

    def to_html(
        self, path: str | os.PathLike[str], *, provenance: Mapping[str, Any] | None = None
    ) -> None:
        """Write the comparison as one page that needs nothing else.

        Parameters
        ----------
        path : path
            The file to write; it appears whole or not at all.
        provenance : dict, default=None
            Where its texts come from, as for `TransferReport.to_html`.
        """
        write_page(path, render(vars(self), provenance))

    def _repr_html_(self) -> str:
        """Return the page for a notebook."""
        return framed(render(vars(self)), "Is the service still what the model was made for?")


def compared(
    reference: Reference,
    new: Seen,
    texts: Sequence[Any],
    *,
    false_alarms: float,
    random: np.random.RandomState,
) -> Comparison:
    """Hold new rows against the reference."""
    import pandas as pd

    old = reference.rows
    found: dict[str, Judged] = {}
    apart, unlike = float("nan"), np.full(len(new), np.nan)
    if old is not None:
        drawn = np.sort(random.permutation(len(new))[:MOST_ROWS])
        some = new.take(drawn)
        found = judged(old, some, false_alarms=false_alarms, random=random)
        apart, unlike[drawn] = told_apart(old, some, random)
    tables = {name: _shares(name, old, new) for name in ("spoken", "classes")}
    lines = []
    for name in CHECKS:
        was, now = _figures(name, old, new, apart, tables)
        if np.isnan(now):
            continue
        judgement = found.get(name)
        nan = float("nan")
        p, adjusted = (nan, nan) if judgement is None else (judgement.p, judgement.adjusted)
        drifted = adjusted <= false_alarms
        if old is None:
            if name != "coverage":
                continue
            was, drifted = NOMINAL, now > _TOO_FAR
        elif judgement is None:
            continue
        said = sentence(name, was, now, drifted=bool(drifted), tables=tables)
        lines.append((name, was, now, p, adjusted, bool(drifted), said))
    columns = ["check", "reference", "now", "p", "p_all", "drifted", "sentence"]
    table = pd.DataFrame(lines, columns=columns)
    drifted = bool(table["drifted"].any())
    return Comparison(
        drifted=drifted,
        table=table,
        languages=tables["spoken"],
        classes=tables["classes"],
        rows=_examples(new, texts, unlike),
        n_rows=len(new),
        n_reference=reference.n_rows,
        false_alarms=false_alarms,
        sentences=sentences(table, tables, len(new), reference.n_rows, false_alarms),
    )


def _shares(name: str, old: Seen | None, new: Seen) -> pd.DataFrame:
    """Return the share of each language or class in the reference and now."""
    import pandas as pd

    sides = []
    for rows in (old, new):
        names = [] if rows is None else vars(rows)[name]
        if name == "classes" and rows is not None:
            names = names[rows.readable]
        sides.append([str(own) for own in names])
    known = sorted({*sides[0], *sides[1]})
    if name == "spoken" and known == [ANY]:
        known = []
    counts = [{one: side.count(one) / max(len(side), 1) for one in known} for side in sides]
    told = {
        "reference": [counts[0][one] if sides[0] else np.nan for one in known],
        "now": [counts[1][one] for one in known],
        "rows": [sides[1].count(one) for one in known],
    }
    table = pd.DataFrame({"language" if name == "spoken" else "class": known, **told})
    order = np.argsort(-table[["reference", "now"]].max(axis=1).to_numpy(), kind="stable")
    return table.iloc[order].reset_index(drop=True)


def _figures(
    name: str, old: Seen | None, new: Seen, apart: float, tables: Mapping[str, pd.DataFrame]
) -> tuple[float, float]:
    """Return the figure of a check in the reference and now; not a number where there is none."""
    if name == "vectors":
        return 0.5, apart
    if name in ("languages", "classes"):
        table = tables["spoken" if name == "languages" else name]
        if not len(table):
            return float("nan"), float("nan")
        row = most_changed(table, grown=name == "languages")
        return float(table["reference"][row]), float(table["now"][row])
    column = "far" if name == "coverage" else "confidence"

    def mean(rows: Seen | None) -> float:
        values: npt.NDArray[Any] = np.array([]) if rows is None else vars(rows)[column]
        known = values[~np.isnan(values)]
        if not len(known):
            return float("nan")
        return float(np.mean(known > 1 if column == "far" else known))

    return mean(old), mean(new)


def _examples(new: Seen, texts: Sequence[Any], unlike: npt.NDArray[Any]) -> pd.DataFrame:
    """Return the rows that are most unlike the reference: outside first, then by the classifier."""
    import pandas as pd

    outside = np.nan_to_num(new.far, nan=0.0) > 1
    strange = np.nan_to_num(unlike, nan=-np.inf)
    # What cannot be read is counted under languages; there is nothing to see in it.
    chosen = np.lexsort((-strange, ~outside, ~new.readable))
    chosen = chosen[new.readable[chosen]][:_MOST_EXAMPLES]
    return pd.DataFrame(
        {
            "row": chosen,
            "text": [texts[row] for row in chosen],
            "language": new.spoken[chosen],
            "class": new.classes[chosen],
            "confidence": new.confidence[chosen],
            "outside": [None if np.isnan(new.far[row]) else bool(outside[row]) for row in chosen],
        }
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as JSON has it: what is not a number is null."""
    made: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=6))
    return made
