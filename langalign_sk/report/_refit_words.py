"""The comparison of two models in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langalign_sk.report._plain import language

if TYPE_CHECKING:
    import pandas as pd

#: Recall that a class has to lose, and rows it has to have, before it is named.
_LOST, _ENOUGH = 0.1, 5


def refit_sentences(
    *,
    setting: dict[str, Any],
    verdict: str,
    scores: pd.DataFrame,
    gain: float,
    gain_low: float,
    gain_high: float,
    per_class: pd.DataFrame,
    changed: pd.DataFrame,
) -> dict[str, str]:
    """Return verdict, number, risk and what to do next."""
    texts = f"{setting['n_target']:,} {language(setting['target_lang'])} texts"
    share = setting["n_changed"] / setting["n_target"]
    moved = f"{setting['n_changed']:,} of {texts} ({share:.0%}) get another class than before."
    if verdict == "unknown":
        return {
            "verdict": "No label tells which model is better.",
            "number": moved,
            "risk": _moved_classes(per_class, setting["n_target"]),
            "next": "Read the texts whose class has changed, and label some of them.",
        }
    old, new = scores["accuracy"]
    said = {
        "better": "The new model is better.",
        "worse": "The new model is worse.",
        "level": "Neither model is clearly better.",
    }[verdict]
    number = (
        f"It is right in {new:.1%} of {texts}, the old one in {old:.1%}: {100 * gain:+.1f} points "
        f"(95% interval {100 * gain_low:+.1f} to {100 * gain_high:+.1f})."
    )
    broken = int((changed["old"] == changed["true"]).sum())
    mended = int((changed["new"] == changed["true"]).sum())
    risk = f"{moved} {mended:,} of these were wrong and are right now, {broken:,} the reverse."
    lost = _lost(per_class)
    todo = {
        "better": "Put the new model to work.",
        "worse": "Keep the old model, and look at what was added: pairs that are no translations "
        "of each other do such harm.",
        "level": "Take either. More labelled test texts would tell them apart.",
    }[verdict]
    if lost:
        risk += f" Some classes lost: {lost}."
        todo += " Read the texts of the classes that lost first."
    return {"verdict": said, "number": number, "risk": risk, "next": todo}


def _lost(per_class: pd.DataFrame) -> str:
    """Name the classes that the new model finds clearly less often."""
    drop = per_class["recall_old"] - per_class["recall_new"]
    named = per_class[(drop >= _LOST) & (per_class["support"] >= _ENOUGH)]
    named = named.loc[drop[named.index].sort_values(ascending=False).index].head(3)
    return ", ".join(
        f"{str(row['class'])[:40]} ({row['recall_old']:.0%} to {row['recall_new']:.0%})"
        for _, row in named.iterrows()
    )


def _moved_classes(per_class: pd.DataFrame, n: int) -> str:
    """Name the class whose share has changed most."""
    change = (per_class["n_new"] - per_class["n_old"]).abs()
    row = per_class.iloc[int(change.to_numpy().argmax())]
    if not change.max():
        return "No class has become more or less frequent."
    return (
        f"The class whose share has changed most is {str(row['class'])[:40]}: from "
        f"{row['n_old'] / n:.0%} of the texts to {row['n_new'] / n:.0%}."
    )
