"""The checks: false alarms as stated, figures as references have them, changes that are seen."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import ks_2samp
from sklearn.metrics import roc_auc_score

from langalign_sk.monitor._checks import (
    _SHARES,
    _contrast,
    _damped,
    _dealt,
    centred,
    judged,
    largest_gap,
    largest_mean,
    largest_share,
    quadratic,
    separation,
    told_apart,
)
from langalign_sk.monitor._reading import Seen


def seen(rng, n, *, shift=0.0, width=6, lang="ko", label="a", sure=0.7):
    vectors = rng.normal(size=(n, width)) + shift
    return Seen(
        vectors=vectors,
        spoken=np.full(n, lang, dtype=object),
        langs=np.full(n, lang, dtype=object),
        readable=np.ones(n, dtype=bool),
        classes=np.where(vectors[:, 0] > 1, "b", label).astype(object),
        confidence=np.clip(rng.normal(sure, 0.1, n), 0, 1),
        far=np.abs(rng.normal(0.6, 0.25, n)),
        proba=np.zeros((n, 0)),
    )


def alarms(found, rate=0.05):
    return {name for name, one in found.items() if one.adjusted <= rate}


def test_false_alarms_are_as_stated_over_all_checks_together():
    rng, random = np.random.default_rng(0), np.random.RandomState(0)
    n_draws, rate = 120, 0.2
    hits = sum(
        bool(alarms(judged(seen(rng, 60), seen(rng, 40), false_alarms=rate, random=random), rate))
        for _ in range(n_draws)
    )
    assert abs(hits / n_draws - rate) < 3 * np.sqrt(rate * (1 - rate) / n_draws)


def test_the_false_alarms_are_shared_out():
    rng, random = np.random.default_rng(6), np.random.RandomState(0)
    for _ in range(5):
        found = judged(seen(rng, 60), seen(rng, 40), false_alarms=0.05, random=random)
        one = sorted(found, key=lambda name: found[name].p / _SHARES[name])
        assert len(one) == 5
        assert [found[name].adjusted for name in one] == sorted(
            judgement.adjusted for judgement in found.values()
        )


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"shift": np.r_[np.zeros(5), 0.6]}, "vectors"),
        ({"sure": 0.6}, "confidence"),
        ({"label": "c"}, "classes"),
        ({"lang": "ja"}, "languages"),
    ],
)
def test_each_check_sees_its_own_change_and_no_other(changed, name):
    rng = np.random.default_rng(1)
    found = judged(
        seen(rng, 300), seen(rng, 200, **changed),
        false_alarms=0.05, random=np.random.RandomState(0),
    )  # fmt: skip
    assert alarms(found) == {name}


def test_what_is_further_out_is_seen_and_what_is_nearer_is_no_alarm():
    rng, random = np.random.default_rng(2), np.random.RandomState(0)
    for factor, wanted in ((1.6, True), (0.5, False)):
        new = seen(rng, 200)
        new.far[:] *= factor
        found = judged(seen(rng, 300), new, false_alarms=0.05, random=random)
        assert ("coverage" in alarms(found)) is wanted


def test_another_mix_of_languages_is_no_change_of_vectors():
    rng = np.random.default_rng(3)
    sides = []
    for n_first in (200, 60):
        parts = [seen(rng, n_first), seen(rng, 260 - n_first, shift=3.0, lang="en")]
        sides.append(Seen.joined(parts))
    random = np.random.RandomState(0)
    found = judged(*sides, false_alarms=0.05, random=random)
    assert "languages" in alarms(found)
    assert found["vectors"].p > 0.05
    assert 0.4 < told_apart(*sides, random)[0] < 0.6


def test_unreadable_rows_count_as_languages_alone():
    rng = np.random.default_rng(4)
    new = seen(rng, 100)
    new.readable[:40] = False
    new.spoken[:40], new.langs[:40] = "no words", ""
    new.vectors[:40], new.confidence[:40], new.far[:40] = 0, np.nan, np.nan
    old = seen(rng, 300)
    found, rest = (
        judged(old, rows, false_alarms=0.05, random=np.random.RandomState(0))
        for rows in (new, new.take(new.readable))
    )
    assert "languages" in alarms(found)
    for name in ("coverage", "vectors", "classes", "confidence"):
        assert found[name].p == pytest.approx(rest[name].p, abs=0.1)
    new.readable[:] = False
    found = judged(old, new, false_alarms=0.05, random=np.random.RandomState(0))
    assert "vectors" not in found


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 40), st.integers(2, 40), st.integers(0, 10**6))
def test_figures_are_those_of_references(n_new, n_old, seed):
    rng = np.random.default_rng(seed)
    contrast = _contrast(_dealt(n_new, n_new + n_old, 3, np.random.RandomState(seed)))
    unit = np.sqrt(n_new * n_old / (n_new + n_old))
    values = np.round(rng.normal(size=n_new + n_old), 1)
    gap = ks_2samp(values[:n_new], values[n_new:], method="asymp").statistic
    assert largest_gap(contrast, values)[0] == pytest.approx(unit * gap, abs=1e-5)
    vectors = rng.normal(size=(n_new + n_old, 3))
    langs = np.full(len(vectors), "ko", dtype=object)
    difference = vectors[:n_new].mean(0) - vectors[n_new:].mean(0)
    scatter = np.cov(vectors.T, bias=True)
    rows = centred(vectors, langs)
    for damping in (0.5, 10):
        own = scatter + damping * np.eye(3) * np.trace(scatter) / 3
        wanted = difference @ np.linalg.solve(own, difference)
        found = quadratic(contrast @ rows, _damped(rows, damping))
        assert found[0] == pytest.approx(unit**2 * wanted, rel=1e-3)
    by_hand = np.array([quadratic(contrast @ rows, _damped(rows, d)) for d in (10, 1)])
    by_hand = (by_hand - by_hand.mean(axis=1)[:, None]) / by_hand.std(axis=1)[:, None]
    found = separation(contrast, vectors, langs)
    np.testing.assert_allclose(found, np.maximum(by_hand.max(axis=0), 0), rtol=2e-3, atol=2e-3)
    proba = rng.dirichlet(np.ones(4), size=len(vectors))
    gap = proba[:n_new].mean(0) - proba[n_new:].mean(0)
    assert largest_mean(contrast, proba)[0] == pytest.approx(
        unit * np.abs(gap / proba.std(axis=0)).max(), rel=1e-3
    )


def test_shares_are_in_standard_errors():
    names = np.array(["a"] * 30 + ["b"] * 10 + ["a"] * 20 + ["b"] * 20)
    contrast = _contrast(_dealt(40, 80, 1, np.random.RandomState(0)))
    wanted = 0.25 / np.sqrt(0.375 * 0.625) * np.sqrt(40 * 40 / 80)
    assert largest_share(contrast, names)[0] == pytest.approx(wanted, rel=5e-3)


def test_how_well_a_classifier_tells_them_apart():
    rng = np.random.default_rng(5)
    old, new = seen(rng, 400), seen(rng, 300, shift=np.r_[1.5, np.zeros(5)])
    found, scores = told_apart(old, new, np.random.RandomState(0))
    truth = np.r_[np.ones(300), np.zeros(400)]
    best = roc_auc_score(truth, np.r_[new.vectors[:, 0], old.vectors[:, 0]])
    assert found == pytest.approx(best, abs=0.02)
    assert np.corrcoef(scores, new.vectors[:, 0])[0, 1] > 0.9
