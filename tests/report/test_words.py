"""What a product owner reads: plain names, and sentences that follow the figures."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from langalign_sk.report._notes import warnings_on
from langalign_sk.report._plain import plain
from langalign_sk.report._words import sentences


@pytest.mark.parametrize(
    ("candidate", "kind", "words"),
    [
        ("reverse, ridge", "map", "Korean texts go to the English model"),
        ("forward, my map", "map", "English labels go to the Korean model"),
        ("no map", "no map", "Nothing is moved"),
        ("no map, the ko encoder for both", "no map", "The Korean model reads both"),
        ("big, no map, the en encoder for both", "no map", "The English model reads both"),
        ("transfer classifier", "recipe", "Two models in one: texts go both ways"),
        ("deepl-test", "translation", "Translates each text first"),
        ("native, 5 per class", "native", "Learns from 5 Korean labels per class, nothing else"),
        ("no map", "given", "no map"),  # a user's own name stays as it is
        ("my pipeline", "map", "my pipeline"),
        ("a\nb", "map", "a\nb"),
    ],
)
def test_names_that_a_customer_understands(candidate, kind, words):
    assert plain(candidate, kind, "en", "ko") == words


def test_an_article_follows_the_language():
    assert "an English model" in plain("round trip, ridge", "round trip", "en-US", "ko")
    assert "a German model" in plain("round trip, ridge", "round trip", "de", "ko")


def told(accuracy=0.8, low=0.75, most=0.2, few=0.9, doubled=0.0):
    """Sentences of a report with these figures."""
    row = {
        "candidate": "way",
        "kind": "map",
        "accuracy": accuracy,
        "accuracy_low": low,
        "accuracy_high": accuracy + 0.05,
        "macro_f1": accuracy,
        "agreement": 0.9,
        "kappa": 0.8,
    }
    advice = SimpleNamespace(
        candidate="way", best="way", basis="target labels", no_map=None, no_map_is_as_good=None
    )
    curve = [accuracy - doubled, accuracy]
    return sentences(
        setting={
            "source_lang": "en",
            "target_lang": "ko",
            "n_source": 1000,
            "n_target": 200,
            "n_pairs": 3000,
            "n_held_out": 600,
            "most_frequent": most,
        },
        scores=pd.DataFrame([row]),
        advice=advice,
        references=pd.DataFrame(
            [{"candidate": "way + 20", "kind": "mixture", "shots": 20.0, "accuracy": few}]
        ),
        pair_curve=pd.DataFrame({"candidate": "way", "n_pairs": [1500, 3000], "accuracy": curve}),
        per_class=pd.DataFrame(
            {
                "candidate": "way",
                "class": ["weak", "fine", "rare"],
                "recall": [0.4, 0.9, 0.0],
                "support": [50, 50, 2],
            }
        ),
        errors=pd.DataFrame({"candidate": "way", "true": ["weak"] * 4, "predicted": ["fine"] * 4}),
        estimate=None,
        coverage=None,
    )


def test_the_verdict_follows_the_figures():
    assert told()["verdict"].startswith("Take 'way'")
    assert told(most=0.76)["verdict"].startswith("Not yet")  # a guess does as well
    assert "80% of 200 Korean texts (95% interval 75% to 85%" in told()["number"]


def test_the_risk_names_weak_classes_but_not_those_of_two_texts():
    risk = told()["risk"]
    assert "'weak' (40%)" in risk
    assert "rare" not in risk
    assert "'weak' taken for 'fine' (4 texts)" in risk


def test_what_to_do_next_is_what_helped_most_here():
    assert "Label 20 Korean texts per class: measured here, that is worth +10.0" in told()["next"]
    assert "the last doubling was worth +15.0 points" in told(doubled=0.15)["next"]
    assert "Label" not in told(few=0.8)["next"]


def warned(kappa=0.8, low=0.75, n=400, **given):
    labels = np.array(["a", "b"] * (n // 2))
    runner = SimpleNamespace(y_target=labels, y=labels, groups=None)
    texts = SimpleNamespace(
        parts={"pairs_source": ["x"], "pairs_target": ["y"], "X": ["z"], "X_target": ["w"] * n}
    )
    row = {"accuracy_low": low, "accuracy_high": 0.85, "kappa": kappa}
    return warnings_on(texts, runner, row, **{"estimate": None, "coverage": None, **given})


def test_warnings_come_where_figures_mislead():
    assert warned() == []
    (guess, rough) = warned(low=0.45)
    assert "No better than guessing" in guess
    assert "within 20 points" in rough
    (pairs,) = warned(kappa=0.02)
    assert "Are they translations of each other" in pairs
    outside = SimpleNamespace(ok=False, outside=0.4, nominal=0.05, scores=np.ones(10))
    (unlike,) = warned(coverage=outside)
    assert "40% of 10 lie outside" in unlike
