"""What the tutorial from a spreadsheet does: its commands, and the hand that fills in labels."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import sample

PAGE = Path(__file__).resolve().parents[1] / "tutorials" / "spreadsheet.md"


def commands(page: str) -> list[str]:
    """Return the commands of a page, each on one line, but for a service, which does not end."""
    blocks = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    joined = "".join(blocks).replace("\\\n", " ")
    lines = [" ".join(line[2:].split()) for line in joined.splitlines() if line.startswith("$ ")]
    return [line for line in lines if re.match(r"langalign-sk (?!serve)", line)]


def label(folder: Path, name: str = "to_label.xlsx") -> int:
    """Fill in the labels of a suggested table, as a person would who knows them all."""
    import pandas as pd
    from python_calamine import CalamineWorkbook

    with (folder / "answers_known.csv").open(encoding="utf-8-sig", newline="") as file:
        known = {row["text"]: row["label"] for row in csv.DictReader(file, delimiter=";")}
    # Not by pandas, whose older versions do not know this reader.
    head, *rows = CalamineWorkbook.from_path(folder / name).get_sheet_by_index(0).to_python()
    frame = pd.DataFrame(rows, columns=head).astype(str)
    frame["label"] = [known.get(text.lstrip("'"), "") for text in frame["text"]]
    sample.sheet(folder / name, list(frame), frame.itertuples(index=False))
    return int((frame["label"] != "").sum())
