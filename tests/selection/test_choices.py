"""Consistency by language, the curve in pairs, the choice of a source language."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import linregress, spearmanr
from sklearn.metrics import cohen_kappa_score

from langalign_sk.measures import cosine_change, cosine_gap, linear_cka
from langalign_sk.selection import (
    consistency_by_language,
    fit_pair_curve,
    rank_sources,
    transfer_correlations,
)


def said(seed, n=60, classes=4, noise=0.3):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, size=n)
    return truth, {
        lang: np.where(rng.random(n) < noise, rng.integers(0, classes, size=n), truth)
        for lang in ("en", "ko", "ja")
    }


def test_consistency_is_what_scikit_learn_says_of_each_two():
    truth, sides = said(0)
    found = consistency_by_language(sides, truth=truth)
    pairs = [("en", "ko"), ("en", "ja"), ("ko", "ja")]
    shares = {pair: np.mean(sides[pair[0]] == sides[pair[1]]) for pair in pairs}
    assert found.agreement == pytest.approx(np.mean(list(shares.values())))
    kappas = [cohen_kappa_score(sides[a], sides[b]) for a, b in pairs]
    assert found.kappa == pytest.approx(np.mean(kappas))
    assert found.by_language["ko"] == pytest.approx((shares["en", "ko"] + shares["ko", "ja"]) / 2)
    same = (sides["en"] == sides["ko"]) & (sides["ko"] == sides["ja"])
    assert found.all_agree == pytest.approx(same.mean())
    assert found.accuracy["ja"] == pytest.approx(np.mean(sides["ja"] == truth))
    table = found.table()
    assert table["language"].tolist() == ["en", "ko", "ja"]
    assert table["paraphrases"].isna().all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_names_of_classes_and_the_order_of_items_do_not_matter(seed):
    _, sides = said(seed)
    rng = np.random.default_rng(seed)
    names, order = rng.permutation(["p", "q", "r", "s"]), rng.permutation(60)
    before = consistency_by_language(sides)
    after = consistency_by_language({lang: names[side[order]] for lang, side in sides.items()})
    assert after.agreement == pytest.approx(before.agreement)
    assert after.kappa == pytest.approx(before.kappa)
    assert after.by_language == pytest.approx(before.by_language)


def test_a_language_that_is_worse_shows():
    truth, sides = said(3, n=400, noise=0.1)
    perfect = consistency_by_language({"en": truth, "ko": truth, "ja": truth})
    assert (perfect.agreement, perfect.kappa, perfect.all_agree) == (1, pytest.approx(1), 1)
    before = consistency_by_language(sides)
    broken = np.random.default_rng(0).permutation(sides["ja"])
    after = consistency_by_language({**sides, "ja": broken})
    assert after.agreement < before.agreement
    assert min(after.by_language, key=after.by_language.get) == "ja"
    one = np.zeros(400, dtype=int)
    assert consistency_by_language({"en": one, "ko": one}).kappa == 0


def test_paraphrases_agree_within_and_across():
    en, ko = np.array([[0, 0], [1, 1], [0, 1]]), np.array([[0, 0], [1, 0], [1, 1]])
    found = consistency_by_language({"en": en, "ko": ko})
    assert found.pairs[0, 0] == pytest.approx(2 / 3)
    assert found.pairs[1, 1] == pytest.approx(2 / 3)
    across = np.mean([en[:, a] == ko[:, b] for a in (0, 1) for b in (0, 1)])
    assert found.agreement == pytest.approx(across)
    assert found.all_agree == pytest.approx(1 / 3)
    assert found.table()["paraphrases"].notna().all()


def test_consistency_says_what_it_needs():
    with pytest.raises(ValueError, match="two languages or more are needed, got 1"):
        consistency_by_language({"en": [1]})
    with pytest.raises(ValueError, match="item i is the same"):
        consistency_by_language({"en": [1, 2], "ko": [1]})
    with pytest.raises(ValueError, match="truth: a class for each of the 2"):
        consistency_by_language({"en": [1, 2], "ko": [1, 2]}, truth=[1])


def test_the_line_is_that_of_scipy():
    rng = np.random.default_rng(0)
    sizes = np.repeat([25, 50, 100, 200], 3)
    scores = 0.3 + 0.08 * np.log(sizes) + 0.01 * rng.normal(size=12)
    curve = fit_pair_curve(sizes, scores)
    wanted = linregress(np.log(sizes), scores)
    assert (curve.slope, curve.intercept) == pytest.approx((wanted.slope, wanted.intercept))
    point = curve.at(800)
    assert point.score == pytest.approx(wanted.intercept + wanted.slope * math.log(800))
    assert curve.pairs_for(point.score) == pytest.approx(800)
    assert math.isnan(curve.covered)
    assert fit_pair_curve(sizes, -scores).pairs_for(0.5) == math.inf


def test_intervals_hold_what_they_promise():
    rng = np.random.default_rng(1)
    sizes, covered = np.repeat([25, 50, 100, 200], 2), []
    for _ in range(400):

        def scores(n, rng=rng):
            return 0.3 + 0.08 * np.log(n) + 0.02 * rng.normal(size=len(n))

        later = np.array([800.0])
        found = fit_pair_curve(np.r_[sizes, later], np.r_[scores(sizes), scores(later)], up_to=200)
        covered.append(found.covered)
        assert found.n_fitted == 8
    assert 0.91 < np.mean(covered) < 0.98


def test_a_curve_says_what_it_needs():
    with pytest.raises(ValueError, match="got 2 of 1 up to 50 pairs"):
        fit_pair_curve([50, 50, 100], [1, 1, 2], up_to=50)
    with pytest.raises(ValueError, match="a score for each size"):
        fit_pair_curve([50, 50, 100], [1, 1])
    with pytest.raises(ValueError, match="sizes above 0"):
        fit_pair_curve([0, 50, 100], [1, 1, 2])


def test_sources_are_ranked_by_a_measure():
    rng = np.random.default_rng(0)
    target, noise = rng.normal(size=(2, 80, 10))
    sources = {lang: target + share * noise for lang, share in (("a", 3), ("b", 0.2), ("c", 1))}
    for measure in ("cosine", "gap", "cka", "retrieval", lambda S, T: linear_cka(S, T)):
        assert rank_sources(target, sources, measure=measure).languages[0] == "b"
    found = rank_sources(target, sources)
    assert found.languages == ("b", "c", "a")
    assert found.scores[0] == pytest.approx(cosine_gap(sources["b"], target).matched)
    with pytest.raises(ValueError, match="'size' is unknown"):
        rank_sources(target, sources, measure="size")
    with pytest.raises(ValueError, match="one language at least"):
        rank_sources(target, {})


def test_correlations_by_task():
    rng = np.random.default_rng(0)
    values, accuracy = rng.normal(size=(2, 12))
    missing = accuracy.copy()
    missing[3] = np.nan
    table = transfer_correlations(
        {"flat": np.ones(12), "noise": values, "itself": accuracy},
        {"topics": accuracy, "intents": missing},
        input_type="sentences",
    )
    assert table["task"].tolist() == ["topics"] * 3 + ["intents"] * 3
    assert table["measure"].tolist()[:2] == ["itself", "noise"]
    rho, p = spearmanr(values, accuracy)
    row = table.query("measure == 'noise' and task == 'topics'").iloc[0]
    assert (row["spearman"], row["p_value"]) == pytest.approx((rho, p))
    assert table["n"].tolist() == [12] * 3 + [11] * 3
    assert table.query("measure == 'flat'")["spearman"].isna().all()
    with pytest.raises(ValueError, match="flat and the accuracy of topics"):
        transfer_correlations({"flat": [1, 2]}, {"topics": accuracy})


def test_both_cosines_rising_is_no_gain():
    S, T = np.random.default_rng(0).normal(size=(2, 300, 12))
    T = S + T
    narrower = cosine_change((S, T), (S + 1.5, T + 1.5))
    assert narrower.rise_together
    assert narrower.summary().startswith("no gain, both rise together")
    for side, rows in ((narrower.before, (S, T)), (narrower.after, (S + 1.5, T + 1.5))):
        wanted = cosine_gap(*rows)
        assert (side.matched, side.random) == pytest.approx((wanted.matched, wanted.random))
    assert narrower.gain == pytest.approx(narrower.after.gap - narrower.before.gap)
    better = cosine_change((S, T), (S, (S + T) / 2))
    assert not better.rise_together
    assert better.summary().startswith("a gain")
    assert cosine_change((S, T), (S, S[::-1])).summary().startswith("no gain: cosine")
    with pytest.raises(ValueError, match="before has 300 pairs, after 9"):
        cosine_change((S, T), (S[:9], T[:9]))
    with pytest.raises(ValueError, match="after: the source rows and the target rows"):
        cosine_change((S, T), S)
