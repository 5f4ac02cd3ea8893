"""The literature, row by row: ``python -m benchmarks.rows``.

One row for each of 72 systems: what it claims, as a statement that is tried on real data through
the public API. Each row is one function of the files `rows_*.py`, which gives whether the statement
holds, its figures, and a sentence. A row that fails says so in the table.

Topics are SIB-200 (all 1,004 sentences, five folds, logistic regression, C = 10); pairs are 4,000
of STS-B (none in Turkish) and 1,000 of Tatoeba; words are 1,103 names of symbols in six languages
(`words.tsv`, out of Unicode CLDR). One encoder shared: USE for five languages, MiniLM and an n-gram
encoder for Italian and Turkish; apart: MiniLM for English, USE for the rest. An interval is the 95%
interval of a difference over the same texts. Nothing is chosen on what it is judged on, but for the
four copies of row 9, after one and two had been seen there, and the smallest link of row 12.

A run that was stopped goes on where it was: rows are kept below `--cache`, under the library's
source and that of the row's file; `--keep` takes rows of other source as they are.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import inspect
import json
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import real_data
from benchmarks.real_data import say
from benchmarks.real_ledger import library_tag
from benchmarks.rows_base import GROUPS, ROWS, Found, Row
from benchmarks.rows_data import Material
from langalign_sk._io import text_table

__all__ = ["ROWS", "main"]

#: Files that are no rows.
_OTHER = ("rows_base", "rows_data", "rows_page")
for _file in sorted(Path(__file__).parent.glob("rows_*.py")):
    if _file.stem not in _OTHER:
        importlib.import_module(f"benchmarks.{_file.stem}")


def main(argv: Sequence[str] | None = None) -> None:
    names = ordered(ROWS)
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rows", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--only", type=listed, default=names, metavar="S0,24", help="these rows")
    parser.add_argument("--redo", action="store_true", help="measure them anew")
    parser.add_argument("--keep", action="store_true", help="take rows of other source as they are")
    parser.add_argument("--figures", action="store_true", help="print the figures of every case")
    args = parser.parse_args(argv)
    kept, material = Kept(args.cache / "rows.json", keep=args.keep), Material(args)
    for name in args.only:
        if args.redo or name not in kept.rows:
            kept.put(name, measured(ROWS[name], material))
            say(f"{name}: {kept.rows[name]['seconds']} s, {kept.rows[name]['said']}")
    rows = {name: kept.rows[name] for name in names if name in kept.rows}
    show({name: rows[name] for name in args.only}, figures=args.figures)
    if len(rows) == len(names):
        head = {"command": "python -m benchmarks.rows", "versions": real_data.versions()}
        real_data.write_result("rows", head | {"rows": rows})


def listed(text: str) -> list[str]:
    """Names of rows, between commas."""
    if unknown := [name for name in text.split(",") if name not in ROWS]:
        raise argparse.ArgumentTypeError(
            f"no row {unknown[0]}; there are {', '.join(ordered(ROWS))}"
        )
    return text.split(",")


def ordered(rows: Mapping[str, Row]) -> list[str]:
    """Names in the order of the page: by chapter, then by number."""
    groups = list(GROUPS)
    return sorted(
        rows, key=lambda n: (groups.index(rows[n].group), n[0] != "S", int(n.lstrip("S")))
    )


class Kept:
    """Rows measured so far, in one file that is written anew after each."""

    def __init__(self, path: Path, *, keep: bool) -> None:
        self._path, self._library, self.rows = path, library_tag(), {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            for name, row in json.loads(path.read_text("utf-8")).items():
                if name in ROWS and (keep or row["source"] == self._source(name)):
                    self.rows[name] = row

    def put(self, name: str, row: dict[str, Any]) -> None:
        """Write a row down."""
        self.rows[name] = row | {"source": self._source(name)}
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(self.rows, ensure_ascii=False), "utf-8")
        partial.replace(self._path)

    def _source(self, name: str) -> str:
        """Digest of the library and of the file that the row stands in."""
        own = hashlib.sha256(Path(inspect.getfile(ROWS[name].measure)).read_bytes()).hexdigest()
        return f"{self._library}-{own[:12]}"


def measured(row: Row, material: Material) -> dict[str, Any]:
    """Try a statement; one that cannot be tried does not hold. Seconds are those of one core."""
    started = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # few pairs are part of what is measured
        try:
            found = row.measure(material)
        except Exception as error:  # the others are measured all the same
            say(traceback.format_exc())
            found = Found(False, {}, f"Failed: {type(error).__name__}: {error}")
    return {
        "holds": bool(found.holds),
        "said": found.said,
        "figures": rounded(found.figures),
        "seconds": round(time.process_time() - started, 1),
    }


def rounded(value: Any) -> Any:
    """Figures as JSON holds them, to four digits."""
    if isinstance(value, Mapping):
        return {str(name): rounded(part) for name, part in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [rounded(part) for part in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    return round(float(value), 4) if isinstance(value, float | np.floating) else str(value)


def show(rows: Mapping[str, Any], *, figures: bool) -> None:
    """Print one line per row, and the figures if asked."""
    lines = [
        [name, ROWS[name].system, "yes" if row["holds"] else "NO", row["said"]]
        for name, row in rows.items()
    ]
    print(text_table([["row", "system", "holds", "found"], *lines]))
    print(f"\n{sum(row['holds'] for row in rows.values())} of {len(rows)} hold")
    for name, row in rows.items() if figures else ():
        print(f"\n{name}: {ROWS[name].holds_when}")
        for where, values in row["figures"].items():
            print(f"  {where}: {values}")


if __name__ == "__main__":
    main()
