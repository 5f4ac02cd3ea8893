"""One page that says how good the transfer is, and needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import math
import os
import re
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from langalign_sk._io import atomic_file
from langalign_sk._version import __version__
from langalign_sk.report._words import language

if TYPE_CHECKING:
    import pandas as pd
    from jinja2 import Environment

#: Texts that the page shows at most, over all candidates and over all classes.
_MOST_ERRORS, _MOST_CLASSES, _MOST_PAIRS = 280, 100, 24
#: What has no place in a document: control characters, and halves of characters, which cannot
#: even be written as UTF-8.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: Where the curve begins and ends in its picture of 640 by 280.
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 600, 14, 222
#: Columns of the errors that tell of a training text near by, behind "near1", "near2", "near3".
_NEAR = ("", "_class", "_cosine")


def write_page(path: str | os.PathLike[str], fields: Mapping[str, Any]) -> None:
    """Write the page of a report, given its fields; it appears whole or not at all."""
    page = render(fields).encode("utf-8")
    with atomic_file(path) as file:
        file.write(page)


def render(fields: Mapping[str, Any]) -> str:
    """Return the page of a report as text."""
    style, script = _asset("page.css"), _asset("page.js")
    advice, setting = fields["advice"], fields["setting"]
    labelled = "accuracy" in fields["scores"]
    ranked = "accuracy" if labelled else "score"
    scores = fields["scores"].sort_values(ranked, ascending=False, kind="stable")
    errors, recalls, differing = (
        _of(fields[name], advice.candidate) for name in ("errors", "per_class", "disagreements")
    )
    classes = []
    if len(recalls):
        weakest = recalls.sort_values("recall", kind="stable").head(_MOST_CLASSES)
        classes = weakest.to_dict("records")
    context = {
        "version": __version__,
        "setting": setting,
        "source": language(setting["source_lang"]),
        "target": language(setting["target_lang"]),
        "answer": _answer(fields),
        "labelled": labelled,
        "scores": scores.to_dict("records"),
        "wrong": {
            name: _wrong(_of(fields["errors"], name), max(3, _MOST_ERRORS // len(scores)))
            for name in scores["candidate"]
        },
        "curve": _curve(fields["pair_curve"]),
        "references": fields["references"].to_dict("records"),
        "classes": classes,
        "n_classes": len(recalls),
        "missed": {
            row["class"]: _wrong(
                errors[errors["true"] == row["class"]], max(2, _MOST_ERRORS // len(classes))
            )
            for row in classes
        },
        "differing": differing.head(_MOST_PAIRS).to_dict("records"),
        "n_differing": len(differing),
        "alignment": fields["alignment"].to_dict("records"),
        "advised": advice.candidate,
        "sentences": fields["sentences"],
        "notes": fields["notes"],
        "style": style,
        "style_hash": _digest(style),
        "script": script,
        "script_hash": _digest(script),
    }
    return environment().from_string(_asset("page.html.j2")).render(context)


def environment() -> Environment:
    """Return what templates run in: all that they print is made writable and escaped."""
    from jinja2 import Environment, StrictUndefined

    made = Environment(
        autoescape=True,
        finalize=_writable,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters |= {
        "count": "{:,.0f}".format,
        "cut": _cut,
        "one": "{:.1f}".format,
        "points": lambda share: f"{100 * share:.1f}",
        "size": lambda n: f"{n / 1e6:,.1f}\u00a0MB" if n >= 1e6 else f"{n / 1e3:,.0f} kB",
        "two": "{:.2f}".format,
    }
    return made


def _writable(value: Any) -> Any:
    """Replace what has no place in a document; what is markup already stays."""
    return value if hasattr(value, "__html__") else _UNWRITABLE.sub("\ufffd", str(value))


def _cut(value: object, longest: int) -> str:
    """Cut a text where it is too long."""
    text = str(value)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _answer(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figure that stands before everything else, and its name."""
    row = fields["scores"].set_index("candidate").loc[fields["advice"].candidate]
    estimate = fields["estimate"]
    if "accuracy" not in row and estimate is not None and estimate.reliable:
        ends = {"value": estimate.estimate, "low": estimate.low, "high": estimate.high}
        return {"name": "expected accuracy", **ends}
    name = "accuracy" if "accuracy" in row else "agreement"
    return {
        "name": name,
        "value": row[name],
        "low": row[f"{name}_low"],
        "high": row[f"{name}_high"],
    }


def _of(table: pd.DataFrame, candidate: str) -> pd.DataFrame:
    """Return the rows of one candidate."""
    return table if table.empty else table[table["candidate"] == candidate]


def _wrong(errors: pd.DataFrame, most: int) -> dict[str, Any]:
    """Return misclassified texts, the training texts near them, and what they were taken for."""
    rows = errors.head(most).to_dict("records")
    for row in rows:
        near = [[row.get(f"near{rank}{part}") for part in _NEAR] for rank in range(1, 4)]
        row["near"] = [found for found in near if found[0] is not None and found[0] == found[0]]
    taken_for = {} if errors.empty else errors["predicted"].value_counts().head(2).to_dict()
    return {"rows": rows, "n": len(errors), "left": len(errors) - len(rows), "taken_for": taken_for}


def _curve(table: pd.DataFrame) -> dict[str, Any] | None:
    """Return where the curve in pairs runs in its picture; None where there is none."""
    if len(table) < 2:
        return None
    label = "accuracy" if "accuracy" in table else "agreement"
    columns = ["n_pairs", label, f"{label}_low", f"{label}_high"]
    figures: list[list[float]] = table[columns].to_numpy(dtype=float).T.tolist()
    sizes, values, lows, highs = figures
    floor = math.floor(10 * min(lows)) / 10
    roof = max(math.ceil(10 * max(highs)) / 10, floor + 0.1)
    doublings = math.log2(sizes[-1] / sizes[0])

    def across(size: float) -> float:
        share = math.log2(size / sizes[0]) / doublings
        return _LEFT + share * (_RIGHT - _LEFT)

    def down(value: float) -> float:
        return _TOP + (roof - value) / (roof - floor) * (_BOTTOM - _TOP)

    def path(points: list[tuple[float, float]]) -> str:
        return " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in points)

    step = 0.1 if roof - floor < 0.55 else 0.2
    ticks = [floor + tick * step for tick in range(round((roof - floor) / step) + 1)]
    line = list(zip(sizes, values, strict=True))
    band = [*zip(sizes, lows, strict=True), *zip(sizes[::-1], highs[::-1], strict=True)]
    return {
        "label": label,
        "candidate": table["candidate"].iloc[0],
        "ticks": [(down(tick), tick) for tick in ticks],
        "band": path(band),
        "line": path(line),
        "dots": [(across(size), down(value), size) for size, value in line],
        "told": "; ".join(f"{value:.2f} with {size:,.0f} pairs" for size, value in line),
    }


def _asset(name: str) -> str:
    """Return a file of the page, out of the package."""
    return resources.files("langalign_sk.report").joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """Return what a content security policy knows a style or a script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
