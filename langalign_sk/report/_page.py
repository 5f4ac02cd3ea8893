"""The page of a transfer report: its tables, as the template takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from langalign_sk.report._curve import curve_of
from langalign_sk.report._markup import filled
from langalign_sk.report._plain import language
from langalign_sk.report._provenance import listed, merged

if TYPE_CHECKING:
    import pandas as pd

#: Texts that the page shows at most: missed ones over all classes, classes, pairs.
_MOST_ERRORS, _MOST_CLASSES, _MOST_PAIRS = 240, 100, 40
#: Characters of the texts to search in, so that the page stays one that mail takes.
_MOST_CHARACTERS, _LONGEST = 100_000, 240
#: Classes that the confusion matrix has room for, and shades of its cells.
_MOST_COLUMNS, _SHADES = 20, 8
#: Columns of the errors that tell of a training text near by, behind "near1", "near2", "near3".
_NEAR = ("", "_class", "_cosine")


def render(fields: Mapping[str, Any], provenance: Mapping[str, Any] | None = None) -> str:
    """Return the page of a report, given its fields, as text."""
    advice, setting = fields["advice"], fields["setting"]
    labelled = "accuracy" in fields["scores"]
    ranked = "accuracy" if labelled else "score"
    scores = fields["scores"].sort_values(ranked, ascending=False, kind="stable")
    known = merged(fields["provenance"], provenance)
    named = fields["named"]
    classes = _classes(fields, labelled)
    shown, labels = _searched(named)
    context = {
        "setting": setting,
        "source": language(setting["source_lang"]),
        "target": language(setting["target_lang"]),
        "answer": _answer(fields),
        "labelled": labelled,
        "scores": scores.to_dict("records"),
        "curve": curve_of(fields["pair_curve"]),
        "references": fields["references"].to_dict("records"),
        "classes": classes[:_MOST_CLASSES],
        "n_classes": len(classes),
        "matrix": _matrix(named) if labelled else None,
        "named": shown,
        "n_named": len(named),
        "named_classes": labels,
        "sure": "sure" in named,
        "differing": _of(fields["disagreements"], advice.candidate)
        .head(_MOST_PAIRS)
        .to_dict("records"),
        "n_differing": len(_of(fields["disagreements"], advice.candidate)),
        "alignment": [
            {**row, "words": dict(zip(scores["candidate"], scores["words"], strict=True))[name]}
            for row in fields["alignment"].to_dict("records")
            for name in [row["candidate"]]
        ],
        "advised": advice.candidate,
        "sentences": {**dict.fromkeys(_SENTENCES, ""), **fields["sentences"]},
        "warnings": [*fields["warnings"], *(known.get("warnings") or [])],
        "notes": fields["notes"],
        "provenance": listed(known),
    }
    return filled("page.html.j2", {**context, "sections": _sections(context)})


#: What the template asks for, said or not.
_SENTENCES = ("verdict", "number", "risk", "next", "map", "labels", "pairs", "agreement")


def _sections(context: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the contents of the page: anchors and titles."""
    every = [
        ("compared", "Every way", True),
        ("classes", "Classes", True),
        ("matrix", "Confusions", context["matrix"]),
        ("texts", "Texts", context["named"]),
        ("differing", "Translations", context["differing"]),
        ("pairs", "More pairs", context["curve"]),
        ("labels", "More labels", context["references"]),
        ("alignment", "Alignment", context["alignment"]),
        ("notes", "How to read this", True),
        ("origin", "Where this comes from", True),
    ]
    return [(anchor, title) for anchor, title, there in every if there]


def _answer(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figure that stands before everything else, and its name."""
    advised = fields["advice"].candidate
    row = fields["scores"].set_index("candidate").loc[advised]
    estimate = fields["estimate"]
    names = {"words": row["words"], "word": "Take"}
    if fields["sentences"]["verdict"].startswith("Not yet"):
        names["word"] = "Not yet. Best so far:"
    if "accuracy" not in row and estimate is not None and estimate.reliable:
        ends = {"value": estimate.estimate, "low": estimate.low, "high": estimate.high}
        return {**names, "name": "right class, expected", **ends}
    name = "accuracy" if "accuracy" in row else "agreement"
    said = {"accuracy": "right class", "agreement": "of translations get the same class"}[name]
    ends = {"value": row[name], "low": row[f"{name}_low"], "high": row[f"{name}_high"]}
    return {**names, "name": said, **ends}


def _of(table: pd.DataFrame, candidate: str) -> pd.DataFrame:
    """Return the rows of one candidate."""
    return table if table.empty else table[table["candidate"] == candidate]


def _classes(fields: Mapping[str, Any], labelled: bool) -> list[dict[str, Any]]:
    """Return classes with their frequencies and, the weakest first, what was missed of each."""
    table, advised = fields["classes"], fields["advice"].candidate
    rows = table.to_dict("records")
    for name in ("labels", "target", "given"):
        if f"n_{name}" in table:
            total = max(int(table[f"n_{name}"].sum()), 1)
            for row in rows:
                row[f"share_{name}"] = row[f"n_{name}"] / total
    if not labelled:
        rows = [{**row, "missed": _wrong(fields["errors"], 0)} for row in rows]
        return sorted(rows, key=lambda row: -row["n_labels"])
    recalls = _of(fields["per_class"], advised).set_index("class").to_dict("index")
    errors = _of(fields["errors"], advised)
    nothing = dict.fromkeys(("recall", "recall_low", "recall_high"), float("nan"))
    rows = [{**row, **recalls.get(row["class"], nothing)} for row in rows]
    rows.sort(key=lambda row: (np.isnan(row["recall"]), row["recall"]))
    most = max(2, _MOST_ERRORS // len(rows))
    for row in rows:
        own = errors if errors.empty else errors[errors["true"] == row["class"]]
        row["missed"] = _wrong(own, most)
    return rows


def _wrong(errors: pd.DataFrame, most: int) -> dict[str, Any]:
    """Return misclassified texts, the training texts near them, and what they were taken for."""
    rows = errors.head(most).to_dict("records")
    for row in rows:
        near = [[row.get(f"near{rank}{part}") for part in _NEAR] for rank in range(1, 4)]
        row["near"] = [found for found in near if found[0] is not None and found[0] == found[0]]
    taken_for = {} if errors.empty else errors["predicted"].value_counts().head(2).to_dict()
    return {"rows": rows, "n": len(errors), "left": len(errors) - len(rows), "taken_for": taken_for}


def _matrix(named: pd.DataFrame) -> dict[str, Any] | None:
    """Return the counts of given by true class, and how dark each cell is; None for one class."""
    every, codes = np.unique(
        np.concatenate([named["true"], named["given"]]).astype(object).astype(str),
        return_inverse=True,
    )
    if len(every) < 2:
        return None
    true, given = codes.reshape(2, -1)
    counts = np.zeros((len(every), len(every)), dtype=int)
    np.add.at(counts, (true, given), 1)
    kept = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[:_MOST_COLUMNS])
    counts = counts[np.ix_(kept, kept)]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    heats = np.ceil(shares * _SHADES).astype(int)
    labels = every[kept].tolist()
    cells = [
        list(zip(row.tolist(), heat.tolist(), strict=True))
        for row, heat in zip(counts, heats, strict=True)
    ]
    return {
        "labels": labels,
        "rows": list(zip(labels, cells, strict=True)),
        "left": len(every) - len(kept),
    }


def _searched(named: pd.DataFrame) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the texts to search in, mistakes and doubts first, and the classes to choose from."""
    if named.empty:
        return [], []
    order = named
    if "sure" in named:
        order = order.sort_values("sure", kind="stable")
    if "true" in named:
        right = (order["given"] == order["true"]).to_numpy()
        order = order.iloc[np.argsort(right, kind="stable")]
    lengths = order["text"].str.len().clip(upper=_LONGEST).to_numpy()
    rows: list[dict[str, Any]] = [
        {str(name): value for name, value in row.items()}
        for row in order[np.cumsum(lengths) <= _MOST_CHARACTERS].to_dict("records")
    ]
    sides = [side for side in ("given", "true") if side in named]
    labels = sorted({str(row[side]) for row in rows for side in sides})
    codes = {label: str(number) for number, label in enumerate(labels)}
    for row in rows:
        row["codes"] = " ".join(dict.fromkeys(codes[str(row[side])] for side in sides))
    return rows, labels
