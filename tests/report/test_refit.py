"""Old model against new: the figures are those of a plain count, the words follow them."""

from __future__ import annotations

import numpy as np
import pytest

from langalign_sk.report import refit_report
from tests.report.test_page import outline_of

LANGS = {"source_lang": "en", "target_lang": "ko"}


def made(rights, true=True, n=200, seed=0):
    """Predictions of two models that are right at these rates."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(["a", "b", "c"], n)
    sides = []
    for right in rights:
        wrong = np.array([{"a": "b", "b": "c", "c": "a"}[label] for label in truth])
        sides.append(np.where(rng.random(n) < right, truth, wrong))
    return [f"text {i}" for i in range(n)], *sides, truth if true else None


@pytest.mark.parametrize(
    ("rights", "verdict"), [((0.5, 0.9), "better"), ((0.9, 0.5), "worse"), ((0.7, 0.7), "level")]
)
def test_the_verdict_goes_by_the_paired_interval(rights, verdict):
    texts, old, new, true = made(rights)
    report = refit_report(texts, old, new, true, **LANGS)
    assert report.verdict == verdict
    assert report.gain == pytest.approx(np.mean(new == true) - np.mean(old == true))
    assert report.gain_low <= report.gain <= report.gain_high
    assert report.scores["accuracy"].tolist() == [np.mean(old == true), np.mean(new == true)]
    differs = np.flatnonzero(old != new)
    assert sorted(report.changed["text"]) == sorted(texts[at] for at in differs)
    broken = report.changed["old"] == report.changed["true"]
    assert broken.to_numpy()[: broken.sum()].all()  # what has become wrong comes first
    for _, row in report.per_class.iterrows():
        own = true == row["class"]
        assert row["recall_new"] == pytest.approx(np.mean(new[own] == row["class"]))
        assert row["n_old"] == (old == row["class"]).sum()
    assert list(report.sentences) == ["verdict", "number", "risk", "next"]
    # Exchanged, the gain has the other sign.
    back = refit_report(texts, new, old, true, **LANGS)
    assert back.gain == -report.gain
    assert (back.gain_low, back.gain_high) == pytest.approx((-report.gain_high, -report.gain_low))


def test_without_labels_it_says_what_has_changed():
    texts, old, new, _ = made((0.9, 0.6), true=False)
    report = refit_report(texts, old, new, **LANGS)
    assert report.verdict == "unknown"
    assert np.isnan(report.gain)
    assert report.scores.empty
    assert f"{np.sum(old != new)} of 200 Korean texts" in report.sentences["number"]
    assert "label some" in report.sentences["next"]
    assert "true" not in report.changed
    same = refit_report(texts, old, old, **LANGS)
    assert same.changed.empty
    assert "No class has become" in same.sentences["risk"]


@pytest.mark.parametrize("labelled", [True, False])
def test_the_page_is_whole(tmp_path, labelled):
    texts, old, new, true = made((0.5, 0.8), true=labelled)
    texts[0] = "<script>alert(1)</script> \ud800"
    report = refit_report(
        texts, old, new, true, **LANGS, figures={"sentence pairs": (100, 250), "agree": (0.5, None)}
    )
    path = tmp_path / "refit.html"
    report.to_html(path, decision="The old one stays.", provenance={"warnings": ["Look."]})
    found = outline_of(path)
    text = "".join(found.text)
    for shown in (report.sentences["next"], "The old one stays.", "250", "50%", "–", "Look."):
        assert shown in text
    assert [tag for tag, _ in found.seen].count("script") == 1
    assert "iframe" in report._repr_html_()


def test_errors_say_what_does_not_fit():
    with pytest.raises(ValueError, match=r"new has shape \(1,\) for 2 texts"):
        refit_report(["x", "y"], ["a", "b"], ["a"], **LANGS)
    with pytest.raises(ValueError, match="no texts to compare"):
        refit_report([], [], [], **LANGS)
