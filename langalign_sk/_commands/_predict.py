"""The commands that use a saved model: ``predict``, a class for every text, and ``suggest``."""

from __future__ import annotations

import argparse
import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from langalign_sk._commands._options import add_text_column, source, text_columns


def add_predict(commands: Any) -> None:
    """Add the command ``predict``."""
    parser = commands.add_parser(
        "predict",
        help="classes of texts by a model that `transfer` wrote",
        description="Write prediction, confidence and text of every row. Load only models that "
        "you trust: a saved model can run code.",
    )
    _add_arguments(parser)
    parser.set_defaults(run=_predict)


def add_suggest(commands: Any) -> None:
    """Add the command ``suggest``."""
    parser = commands.add_parser(
        "suggest",
        help="unlabelled texts that are worth a label most",
        description="Write a table with an empty column for labels, the most useful text first.",
    )
    parser.add_argument(
        "-n", type=int, default=100, metavar="N", help="how many (default: %(default)s)"
    )
    _add_arguments(parser)
    parser.set_defaults(run=_suggest)


class Predictions(NamedTuple):
    """A class for each text, and how sure the model is (None where it can't tell)."""

    classes: list[str]
    confidence: list[str] | None


def predict(model: Any, texts: Sequence[Any]) -> Predictions:
    """Class and confidence of each row; both are empty for a blank one."""
    import numpy as np

    rows = [row for row, text in enumerate(texts) if not is_blank(text)]
    given = [texts[row] for row in rows]
    classes = [""] * len(texts)
    if not hasattr(model, "predict_proba"):
        for row, label in zip(rows, model.predict(given) if given else [], strict=True):
            classes[row] = str(label)
        return Predictions(classes, None)
    confidence = [""] * len(texts)
    proba = np.asarray(model.predict_proba(given)) if given else np.empty((0, 1))
    for row, shares in zip(rows, proba, strict=True):
        classes[row] = str(model.classes_[shares.argmax()])
        confidence[row] = f"{shares.max():.4f}"
    return Predictions(classes, confidence)


def is_blank(row: Any) -> bool:
    """Tell whether a text, or one of two, says nothing."""
    return not all(text.strip() for text in ([row] if isinstance(row, str) else row))


def check_columns(model: Any, names: Sequence[str], path: Path) -> None:
    """Refuse one column for a model of rows of two texts, and two for another."""
    known = getattr(getattr(model, "steps", [("", None)])[0][1], "n_texts_", len(names))
    if known == 2 != len(names):
        raise ValueError(f"{path} takes rows of two texts: name both, --text-column FIRST SECOND")
    if known == 1 != len(names):
        raise ValueError(f"{path} takes one text a row: --text-column names {len(names)}")


def in_language(model: Any, lang: str | None) -> Any:
    """Return a model that takes every text for one in `lang`; None: as it was fitted."""
    if lang is None:
        return model
    from langalign_sk.text import EmbeddingExtractor, match_code

    steps = getattr(model, "steps", [("", None)])
    name, extractor = steps[0]
    layout = extractor.get_layout() if isinstance(extractor, EmbeddingExtractor) else None
    if layout is None:
        raise ValueError(f"--lang {lang}: this model does not tell its texts' languages apart")
    known = match_code(lang, layout.languages)
    if known is None:
        raise ValueError(f"--lang {lang}: the model knows {', '.join(layout.languages)}")
    told = copy.copy(model)
    told.steps = [(name, copy.copy(extractor).set_params(detect=known, lang_column=None))]
    told.steps += steps[1:]
    return told


def columns_of(
    texts: Sequence[Any],
    found: Predictions,
    labels: Sequence[str] | None = None,
    *,
    names: Sequence[str] = ("text",),
) -> dict[str, Sequence[str]]:
    """Columns of prediction, confidence, label (where known) and text, or two texts."""
    from langalign_sk._commands._files import columns_of_texts

    columns: dict[str, Sequence[str]] = {"prediction": found.classes}
    if found.confidence is not None:
        columns["confidence"] = found.confidence
    if labels is not None:
        columns["label"] = labels
    # Those of one text are called that, whatever they were called before.
    return columns | columns_of_texts(names if len(names) == 2 else ("text",), texts)


def write_table(out: Path | None, columns: Mapping[str, Sequence[str]]) -> None:
    """Write a table to a file, as CSV where its name says so, or to standard output."""
    from langalign_sk._io import atomic_file, table

    if out is None or str(out) == "-":
        print(table(columns), end="")
        return
    csv = out.suffix.lower() == ".csv"
    data = table(columns, delimiter="," if csv else "\t")
    with atomic_file(out) as file:
        # Without the mark, Excel takes a CSV for one in an encoding of the last century.
        file.write(data.encode("utf-8-sig" if csv else "utf-8"))


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what both commands take."""
    parser.add_argument("model", type=Path, metavar="MODEL", help="folder written by `transfer`")
    parser.add_argument(
        "texts", type=source, metavar="TEXTS", help="one text per line, or a table; - reads stdin"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="table to write, with commas if it ends in .csv; default: standard output",
    )
    add_text_column(parser)
    parser.add_argument(
        "--lang", metavar="LANG", help="language of TEXTS (default: told for each text)"
    )


def _predict(args: argparse.Namespace) -> int:
    """Run ``predict`` and return the exit code."""
    from langalign_sk._commands._files import read_texts
    from langalign_sk._commands._saved import load_model, say

    given = read_texts(args.texts, text=text_columns(args), blank=True, strict=True)
    texts, names = given.texts, given.names
    model = load_model(args.model)
    check_columns(model, names, args.model)
    found = predict(in_language(model, args.lang), texts)
    blank = sum(map(is_blank, texts))
    if blank:
        say(f"{args.texts}: {blank:,} of {len(texts):,} texts are blank and get no prediction")
    write_table(args.out, columns_of(texts, found, names=names))
    return 0


def _suggest(args: argparse.Namespace) -> int:
    """Run ``suggest`` and return the exit code."""
    from langalign_sk._commands._files import columns_of_texts, read_texts
    from langalign_sk._commands._saved import load_model
    from langalign_sk.selection import suggest_labels

    given = read_texts(args.texts, text=text_columns(args), strict=True)
    texts, names = given.texts, given.names
    model = load_model(args.model)
    check_columns(model, names, args.model)
    found = suggest_labels(in_language(model, args.lang), texts, args.n)
    chosen = [texts[row] for row in found["row"]]
    write_table(
        args.out,
        {
            "label": [""] * len(found),
            "prediction": [str(label) for label in found["prediction"]],
            "score": [f"{score:.4f}" for score in found["score"]],
            **columns_of_texts(names if len(names) == 2 else ("text",), chosen),
        },
    )
    return 0
