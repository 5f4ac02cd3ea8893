"""The files that the tutorials work on: ``python docs/pictures/sample.py FOLDER`` writes them.

They are what an office has: labels in a spreadsheet, pairs from an agency and from an app's
messages, a chat log with emoji and empty lines. The texts are those of
`langalign_sk.datasets.load_demo`.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from langalign_sk._io import workbook
from langalign_sk.datasets import load_demo

CHATTER = ["👍", "", "4.7", "ㅋㅋㅋ", "", "감사합니다!", "🙏🙏", "네"]


def write(folder: Path, *, lang: str = "ko", n_train: int = 400, n_pairs: int = 900) -> None:
    """Write all of them into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    data = load_demo(lang, n_train=n_train, n_test=400, n_pairs=n_pairs + 300, random_state=0)
    source, target = list(data.pairs.source), list(data.pairs.target)
    labelled = zip(data.train_texts, data.train_labels, strict=True)
    rows = [(str(label), text) for text, label in labelled]
    sheet(folder / "tickets.xlsx", ("category", "Customer text"), rows)
    first = n_pairs * 2 // 3
    tmx(folder / "agency.tmx", zip(source[:first], target[:first], strict=True), lang)
    name = {"ko": "Korean", "it": "Italian"}.get(lang, lang)
    both = list(zip(source, target, strict=True))
    table(folder / "messages.csv", ("English", name), both[first:n_pairs])
    table(folder / "december.csv", ("English", name), both[n_pairs:])
    texts, labels = list(data.test_texts), [str(label) for label in data.test_labels]
    lines(folder / "chat.txt", _with_chatter(texts[:200]))
    table(folder / "answers_known.csv", ("text", "label"), list(zip(texts, labels, strict=True)))
    sheet(
        folder / "test.xlsx", ("text", "label"), list(zip(texts[200:], labels[200:], strict=True))
    )


def _with_chatter(texts: Sequence[str]) -> list[str]:
    """Put a line that says nothing after every twentieth text."""
    found = []
    for row, text in enumerate(texts):
        found.append(text)
        if row % 20 == 19:
            found.append(CHATTER[row // 20 % len(CHATTER)])
    return found


def sheet(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a spreadsheet."""
    columns = zip(*rows, strict=True)
    path.write_bytes(workbook(dict(zip(head, columns, strict=True))))


def tmx(path: Path, pairs: Iterable[tuple[str, str]], lang: str) -> None:
    """Write a translation memory."""
    units = "".join(
        f'<tu><tuv xml:lang="en"><seg>{escape(one)}</seg></tuv>'
        f'<tuv xml:lang="{lang}"><seg>{escape(other)}</seg></tuv></tu>\n'
        for one, other in pairs
    )
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4"><header srclang="en" '
        f'datatype="plaintext" segtype="sentence"/><body>\n{units}</body></tmx>\n',
        encoding="utf-8",
    )


def table(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write what Excel saves as CSV in much of Europe: semicolons, and a mark for UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerows([head, *rows])
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def lines(path: Path, texts: Iterable[str]) -> None:
    """Write a text on each line."""
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")


def archive(path: Path, folder: Path) -> None:
    """Put the files into one archive for readers to take."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.iterdir()):
            if file.name != "answers_known.csv":
                packed.write(file, file.name)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
