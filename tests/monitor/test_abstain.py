"""Answers above a threshold: the risk is kept, as often as was said."""

import numpy as np
import pytest
from scipy.stats import binomtest

from langalign_sk.monitor import answer_above
from langalign_sk.selection import AccuracyEstimate


class Says:
    """A classifier whose rows are the probabilities of the class "a"; it is right as often."""

    classes_ = np.array(["a", "b"])

    def predict_proba(self, X):
        return np.stack([X, 1 - X], axis=1)


def rows(rng, n):
    sure = rng.uniform(0.5, 1, n)
    return sure, np.where(rng.uniform(size=n) < sure, "a", "b")


def estimate(low, *, reliable=True):
    return AccuracyEstimate(low, low, low, reliable, "few pairs", low, low, low, 100, low)


def test_new_rows_keep_the_risk_as_often_as_said():
    rng = np.random.default_rng(0)
    kept, answered = [], []
    for _ in range(200):
        found = answer_above(Says(), *rows(rng, 400), risk=0.15, confidence=0.9)
        # Above a threshold t, (1 - t) / 2 of the answers are wrong.
        kept.append((1 - min(found.threshold, 1)) / 2 <= 0.15)
        answered.append(found.answered)
    assert binomtest(sum(kept), len(kept), 0.9, alternative="less").pvalue > 0.01
    assert np.mean(answered) > 0.2  # of the 0.6 that knowing all would allow


def test_figures_are_those_of_the_rows():
    sure, y = rows(np.random.default_rng(1), 2000)
    found = answer_above(Says(), sure, y, risk=0.15)
    above = sure >= found.threshold
    assert found.answered == above.mean()
    assert found.error == pytest.approx((y[above] != "a").mean())
    assert found.error <= found.at_most <= 0.15
    assert f"{found.answered:.0%} of 2,000 rows" in found.summary()


def test_equal_confidences_go_together():
    sure = np.repeat([0.9, 0.6], 200)
    y = np.where(np.arange(400) < 200, "a", "b")
    found = answer_above(Says(), sure, y, risk=0.1)
    assert (found.threshold, found.answered) == (0.9, 0.5)
    assert answer_above(Says(), sure, np.full(400, "b")).answered == 0


def test_without_labels_it_goes_by_the_estimated_accuracy():
    sure, y = rows(np.random.default_rng(2), 4000)
    for given in (0.75, estimate(0.75)):
        found = answer_above(Says(), sure, risk=0.1, estimate=given)
        above = sure >= found.threshold
        assert (y[above] != "a").mean() == pytest.approx(0.1, abs=0.03)
        assert "some labelled rows would tell" in found.summary()
    less = answer_above(Says(), sure, risk=0.1, estimate=0.65)
    assert less.answered < found.answered
    assert answer_above(Says(), sure, risk=0.001, estimate=0.55).answered == 0


def test_mistakes_are_named():
    sure, y = rows(np.random.default_rng(3), 50)
    with pytest.raises(ValueError, match="give the labels"):
        answer_above(Says(), sure)
    with pytest.raises(ValueError, match="not reliable.*few pairs"):
        answer_above(Says(), sure, estimate=estimate(0.7, reliable=False))
    with pytest.raises(ValueError, match="for 50 rows"):
        answer_above(Says(), sure, y[:40])
    with pytest.raises(ValueError, match="no predict_proba"):
        answer_above(object(), sure, y)
    with pytest.raises(ValueError, match="y holds 1 and the like.*like 'a': no answer would be"):
        answer_above(Says(), sure, np.ones(50, int))
    with pytest.raises(ValueError, match="estimate=75: an accuracy between 0 and 1"):
        answer_above(Says(), sure, estimate=75)
